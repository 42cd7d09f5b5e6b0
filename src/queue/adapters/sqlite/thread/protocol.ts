import type { FieldError, ProblemCode } from "../../../../platform/errors.ts";
import type { StoreSnapshot, TaskChange } from "../../../port.ts";
import type { PackedOp } from "./codec.ts";

/** What passes between the store's shell and its thread. Everything of one turn travels in one message. */
export type ToThread =
  | { kind: "open"; path: string; agingMs: number; clockCells?: SharedArrayBuffer }
  /** Calls, numbered from `first` on. */
  | { kind: "calls"; first: number; ops: PackedOp[] }
  | { kind: "close" };

export type FromThread =
  | { kind: "opened"; state: ThreadState }
  | { kind: "refused"; error: PlainError }
  | { kind: "done"; answers: Answers; changes: TaskChange[]; state: ThreadState }
  | { kind: "closed" };

/** Numbers of calls and, at the same places, their answers; those that failed stand apart. */
export interface Answers {
  calls: number[];
  values: unknown[];
  failed: [call: number, error: PlainError][];
}

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
