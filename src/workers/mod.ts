/** The worker pool: Web Workers that run attempts of tasks. */
export { WebWorkerPool } from "./pool.ts";
export type { WebWorkerPoolOptions } from "./pool_options.ts";
export type {
  AbortReason,
  Attempt,
  CacheAnswer,
  Outcome,
  PoolEvents,
  PoolStatus,
  WorkerLogRecord,
  WorkerPool,
  WorkerServices,
} from "./port.ts";
export type { WorkerInit } from "./protocol.ts";
export type { RecyclePolicy } from "./recycle.ts";
