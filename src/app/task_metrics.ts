import type { MetricsRecorder } from "../metrics/mod.ts";
import type { Queue, TaskEvent } from "../queue/mod.ts";

/** Statuses that end an attempt; `delayed` does so only after a failure, not for a start or a turn at a host later on. */
const ATTEMPT_ENDS = new Set(["completed", "failed", "cancelled", "delayed"]);

/** Tells the recorder of every attempt that ends. Returns how to stop. */
export function recordTaskEnds(queue: Queue, recorder: MetricsRecorder): () => void {
  return queue.subscribe((event: TaskEvent) => {
    const { status } = event;
    if (!ATTEMPT_ENDS.has(status) || (status === "delayed" && event.error === undefined)) return;
    recorder.task({
      taskId: event.taskId,
      type: event.type,
      status: status as "completed" | "failed" | "cancelled" | "delayed",
      attempt: event.attempt,
      waitMs: event.waitMs,
      runMs: event.runMs,
      errorCode: event.error?.code,
      requestId: event.requestId,
    });
  });
}
