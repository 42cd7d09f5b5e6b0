import type { TaskFailure } from "../platform/errors.ts";
import type { Progress } from "../queue/task.ts";
import type { SandboxOptions, SandboxStatus } from "../sandbox/port.ts";
import type { AbortReason, Attempt, Outcome, WorkerLogRecord, WorkerServices } from "./port.ts";

/**
 * What passes between the main isolate and a worker. Items travel in arrays, one `postMessage` a tick: a message costs
 * some 50 us however little it says. Inputs and results stay JSON text the whole way.
 */

export type ToWorker =
  | { kind: "init"; init: WorkerInit }
  | { kind: "batch"; items: ToWorkerItem[] }
  /** Ends the sandbox children, then answers `ended`. */
  | { kind: "end" };

export type ToWorkerItem =
  | { kind: "attempt"; attempt: Attempt }
  | { kind: "abort"; token: number; reason: AbortReason | "timeout" }
  | { kind: "reply"; id: number; reply: ServiceReply };

export type FromWorker =
  | { kind: "ready" }
  /** It could not be set up, and trying again would not help. */
  | { kind: "refused"; message: string }
  /** A sign of life. `leftBehind`: handlers that still run although their attempt has ended. */
  | { kind: "beat"; sandboxes: SandboxStatus; leftBehind: number }
  | { kind: "batch"; items: FromWorkerItem[] }
  /** The thread is about to end itself (`self.close()`, `Deno.exit()`): the runtime would tell nobody. */
  | { kind: "closing"; how: string }
  | { kind: "ended" };

export type FromWorkerItem =
  | { kind: "settled"; token: number; outcome: Outcome }
  | { kind: "progress"; token: number; progress: Progress }
  | { kind: "log"; record: WorkerLogRecord }
  | { kind: "call"; id: number; method: ServiceMethod; args: unknown[] };

/** Methods of `WorkerServices` that have an answer. */
export type ServiceMethod = Exclude<keyof WorkerServices, "log">;

export const SERVICE_METHODS: ReadonlySet<string> = new Set<ServiceMethod>([
  "cacheGet",
  "cacheSet",
  "cacheDelete",
  "hostAcquire",
  "hostRelease",
  "brandScrape",
  "render",
  "startCrawl",
  "indexScrape",
  "takeUpload",
  "indexUpload",
  "rebuildIndex",
]);

export type ServiceReply =
  | { kind: "value"; value: unknown }
  /** Thrown as `TaskError` again on the other side. */
  | { kind: "task_error"; failure: TaskFailure }
  | { kind: "interrupted"; message: string }
  | { kind: "deferred"; message: string; retryAtMs: number }
  | { kind: "error"; message: string };

/** What a worker is made with: plain data. */
export interface WorkerInit {
  workerId: number;
  tasksDir?: string;
  /** Whether the `test` task exists. */
  testEndpoints: boolean;
  resultMaxBytes: number;
  sandbox: SandboxOptions;
  /** Module URLs of further task types. */
  taskModules?: string[];
  /** For the scrape task; the pool does not look inside. */
  scrape: object;
  /** What webhooks are signed with; without it the worker has no `webhook` task. */
  webhookSecret?: string;
  /** Starts the first sandbox child as soon as the worker is ready, not at its first use. */
  warmSandbox: boolean;
  /** How often a sign of life is sent. */
  beatMs: number;
}
