import type { WorkerServices } from "./port.ts";
import type { WorkerInit } from "./protocol.ts";
import type { RecyclePolicy } from "./recycle.ts";

const MOST_WORKERS = 64;

export interface WebWorkerPoolOptions {
  /** Workers at the start, 1..64. */
  workers: number;
  /** I/O-bound attempts at once in one worker. @default 16 */
  concurrency?: number;
  /** What each worker is made with. */
  init: Omit<WorkerInit, "workerId" | "beatMs">;
  /** What workers may ask of the main isolate. */
  services: WorkerServices;
  loadOf: (type: string) => "io" | "cpu";
  /** A worker with attempts in hand is given up after this long without a sign of life, in ms. @default 10000 */
  stallMs?: number;
  /** How long an aborted attempt may go unanswered before its worker is looked at, in ms. @default 1000 */
  abortGraceMs?: number;
  /** How long all workers of the start may take together, in ms. @default 10000 */
  startTimeoutMs?: number;
  recycle?: RecyclePolicy;
  /** Module a worker runs. @default entry.ts beside this file */
  entryUrl?: string | URL;
}

/** @throws {RangeError} not a number of workers a pool may have */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return;
  throw new RangeError(
    `Cannot size the pool as 'workers' must be a whole number between 1 and ${MOST_WORKERS}: current value is ${count}`,
  );
}
