import type { Answer, Batch, QueueStatus, Task } from "./api_types.ts";

/** What an event tells of a task: the fields that say what has become of it, and when. */
export interface TaskNews extends
  Pick<
    Task,
    | "task_id"
    | "type"
    | "status"
    | "attempts"
    | "brand"
    | "batch_id"
    | "progress"
    | "error"
    | "wait_ms"
    | "run_ms"
    | "request_id"
  > {
  /** When it was. */
  at: string;
}

/** One of each name, so that the name tells the data. `id` is what a stream is resumed with (`lastEventId`). */
type Event<Name extends string, Data> = Name extends string
  ? { id: string | undefined; event: Name; data: Data }
  : never;

/** Of many tasks. `reset`: what was known before is no longer true, as the service began anew or too much was missed. */
export type QueueEvent =
  | Event<"counters" | "reset", QueueStatus>
  | Event<"status" | "progress", TaskNews>;

/** Of one task: the first and the last have the whole task. */
export type TaskEvent = Event<"status" | "progress", Task | TaskNews>;

/** Of a batch: the batch with its counts, and each task that has ended. */
export type BatchEvent = Event<"status" | "progress", Batch> | Event<"task", TaskNews>;

/** Of an answer that is being written. */
export type AskEvent =
  | { event: "sources"; data: Pick<Answer, "sources" | "degraded"> }
  | { event: "text"; data: { text: string } }
  | { event: "done"; data: Omit<Answer, "sources" | "degraded"> };
