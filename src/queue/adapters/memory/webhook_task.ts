import type { TaskFailure } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import type { NewTask, StoredTask } from "../../task.ts";

const MAX_TAG_LENGTH = 128;

/** The task that tells a task's webhook that it has ended; undefined where none is to be told. */
export function webhookTask(
  task: StoredTask,
  error: TaskFailure | undefined,
  nowMs: number,
): NewTask | undefined {
  const { webhook, status } = task;
  if (webhook === undefined || task.type === "webhook") return undefined;
  const events: string[] = webhook.events ?? ["completed", "failed", "cancelled"];
  if (!events.includes(status)) return undefined;
  return {
    id: newId("webhook"),
    type: "webhook",
    inputJson: JSON.stringify({
      url: webhook.url,
      event: `task.${status}`,
      data: {
        task_id: task.id,
        type: task.type,
        status,
        batch_id: task.batchId,
        brand: task.brand,
        finished_at: new Date(task.finishedMs!).toISOString(),
        error,
      },
    }),
    priority: 5,
    maxAttempts: 8,
    timeoutMs: 30_000,
    backoff: { kind: "exponential", delayMs: 5000, maxMs: 3_600_000, jitter: 0.2 },
    createdMs: nowMs,
    tags: [`webhook:${task.id}`.slice(0, MAX_TAG_LENGTH)],
    brand: task.brand,
    requestId: task.requestId,
    traceparent: task.traceparent,
  };
}
