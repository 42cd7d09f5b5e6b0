import type { FieldError, ProblemCode } from "../../../../platform/errors.ts";
import type { StoreSnapshot, TaskChange } from "../../../port.ts";
import type { StoreOp } from "../core.ts";

/** What passes between the store's shell and its thread. Everything of one turn travels in one message. */
export type ToThread =
  | { kind: "open"; path: string; agingMs: number; clockCells?: SharedArrayBuffer }
  /** Calls, numbered from `first` on. */
  | { kind: "calls"; first: number; ops: StoreOp[] }
  | { kind: "close" };

export type FromThread =
  | { kind: "opened"; state: ThreadState }
  | { kind: "refused"; error: PlainError }
  | { kind: "done"; answers: Answer[]; changes: TaskChange[]; state: ThreadState }
  | { kind: "closed" };

/** The number of the call and its answer; an error where there is a third. */
export type Answer = [call: number, value: unknown] | [call: number, value: undefined, error: PlainError];

/** What the shell answers from memory, as of the last commit. */
export interface ThreadState {
  snapshot: StoreSnapshot;
  writeFault: string | undefined;
  commits: number;
}

/** A `ServiceError` as plain data: classes do not cross threads. */
export interface PlainError {
  code: ProblemCode;
  message: string;
  fields?: FieldError[];
  retryAfterS?: number;
}
