import type { VectorDatabaseState } from "../port.ts";
import type { BackoffOptions } from "../../platform/backoff.ts";

/** How a server is watched. The defaults notice a dead server within a second or two, a hung one within half a minute. */
export interface WatchOptions {
  /** Pause between two heartbeats. @default 5000 */
  heartbeatIntervalMs?: number;
  /** Longest wait for a heartbeat's answer. @default 5000 */
  heartbeatTimeoutMs?: number;
  /** Heartbeats in a row that may stay without an answer. @default 2 */
  heartbeatsMissed?: number;
  /** How long a local server may take to its first heartbeat; a first start downloads the package. @default 120000 */
  startTimeoutMs?: number;
  /** Pauses before a server is started, or asked, again. @default { minMs: 500, maxMs: 60000 } */
  backoff?: BackoffOptions;
}

export function withWatchDefaults(options: WatchOptions): Required<WatchOptions> {
  const {
    heartbeatIntervalMs = 5000,
    heartbeatTimeoutMs = 5000,
    heartbeatsMissed = 2,
    startTimeoutMs = 120_000,
    backoff = { minMs: 500, maxMs: 60_000 },
  } = options;
  return { heartbeatIntervalMs, heartbeatTimeoutMs, heartbeatsMissed, startTimeoutMs, backoff };
}

/** What a watcher reports; what it leaves out stays as it was. */
export type StateUpdate = Partial<Omit<VectorDatabaseState, "mode">>;

/** Keeps one server connected until it is stopped. */
export interface ServerWatcher {
  /** Resolves when the signal has aborted and nothing is left; never rejects. */
  run(signal: AbortSignal, report: (update: StateUpdate) => void): Promise<void>;
}
