import { newTaskId } from "../../../platform/ids.ts";
import { DEFAULT_BACKOFF, type NewTask } from "../../task.ts";

/** The task that follows another one's end, which it is told of by its id. */
export function followUpTask(end: {
  type: string;
  taskId: string;
  brand?: string;
  requestId?: string;
  traceparent?: string;
  atMs: number;
}): NewTask {
  const { type, taskId, brand, requestId, traceparent, atMs } = end;
  return {
    id: newTaskId(type, brand, atMs),
    type,
    inputJson: JSON.stringify({ task_id: taskId }),
    // Sooner than the scrapes that wait: what was fetched is to be found, and its result is not kept for ever.
    priority: 6,
    maxAttempts: 8,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 60_000,
    createdMs: atMs,
    brand,
    requestId,
    traceparent,
  };
}
