/**
 * The vector database as the service sees it: something that is started, watched and stopped, and whose absence
 * switches search off and nothing else.
 */
export interface VectorDatabase {
  /** Begins connecting (and, for the local server, starting it) in the background; never throws. */
  start(): void;
  state(): VectorDatabaseState;
  /** Called on each change of `status`. */
  onChange(listener: (state: VectorDatabaseState) => void): void;
  /** Ends the local server, if there is one: SIGTERM, then SIGKILL after `graceMs`. */
  stop(options: { graceMs: number }): Promise<void>;
}

export interface VectorDatabaseState {
  status: "off" | "starting" | "connected" | "unavailable";
  /** Where it listens. */
  url?: string;
  /** `local` was started by the service. */
  mode: "local" | "remote" | "off";
  version?: string;
  /** Why it is unavailable, in one line for an operator. */
  reason?: string;
  /** Times the local server was started again. */
  restarts: number;
  /** Unavailable for good: it will not be tried again before a restart of the service with other settings. */
  final?: boolean;
}
