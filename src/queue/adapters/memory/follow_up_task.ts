import { newId } from "../../../platform/ids.ts";
import { DEFAULT_BACKOFF, type NewTask, type StoredTask } from "../../task.ts";

/** The task that follows a task's end; undefined where none does. */
export function followUpTask(task: StoredTask, nowMs: number): NewTask | undefined {
  const { followUp, status, id, brand, requestId, traceparent } = task;
  if (followUp === undefined || status === "cancelled") return undefined;
  return {
    id: newId(followUp),
    type: followUp,
    inputJson: JSON.stringify({ task_id: id }),
    priority: 6,
    maxAttempts: 8,
    timeoutMs: 60_000,
    backoff: DEFAULT_BACKOFF,
    createdMs: nowMs,
    brand,
    requestId,
    traceparent,
  };
}
