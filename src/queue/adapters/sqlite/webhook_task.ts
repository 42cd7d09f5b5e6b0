import type { TaskFailure } from "../../../platform/errors.ts";
import { newTaskId } from "../../../platform/ids.ts";
import type { NewTask, TaskStatus } from "../../task.ts";

const MAX_TAG_CHARS = 128;

/** The task that tells a webhook of another task's end. Its type is a built-in one (`tasks/webhook.ts`). */
export function webhookTask(end: {
  url: string;
  taskId: string;
  type: string;
  status: TaskStatus;
  batchId?: string;
  brand?: string;
  requestId?: string;
  traceparent?: string;
  error?: TaskFailure;
  atMs: number;
}): NewTask {
  const { url, taskId, type, status, batchId, brand, requestId, traceparent, error, atMs } = end;
  const data = {
    task_id: taskId,
    type,
    status,
    batch_id: batchId,
    brand,
    finished_at: new Date(atMs).toISOString(),
    error,
  };
  return {
    id: newTaskId("webhook", brand, atMs),
    type: "webhook",
    inputJson: JSON.stringify({ url, event: `task.${status}`, data }),
    priority: 5,
    maxAttempts: 8,
    backoff: BACKOFF,
    timeoutMs: 30_000,
    createdMs: atMs,
    tags: [`webhook:${taskId}`.slice(0, MAX_TAG_CHARS)],
    brand,
    requestId,
    traceparent,
  };
}

const BACKOFF = Object.freeze(
  {
    kind: "exponential",
    delayMs: 5000,
    maxMs: 3_600_000,
    jitter: 0.2,
  } as const,
);
