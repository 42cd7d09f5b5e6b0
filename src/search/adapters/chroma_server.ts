import { settlesWithin } from "../../platform/deadline.ts";
import type { VectorDatabase, VectorDatabaseState } from "../database_port.ts";
import type { VectorServer } from "../vector_port.ts";
import { LocalServer } from "./local_server.ts";
import { type RemoteAccess, RemoteServer } from "./remote_server.ts";
import {
  type ServerWatcher,
  type StateUpdate,
  type WatchOptions,
  withWatchDefaults,
} from "./watch_options.ts";

export interface ChromaConnectionOptions {
  /** `off`; a URL of a running server; undefined: a server of our own is started. */
  url?: string;
  /** How the server of `url` is asked; our own is asked without. */
  access?: RemoteAccess;
  /** Folder of our own server's data (`DATA_DIR/chroma`); made if absent. */
  folder: string;
  /** Words put before the command that starts our own server. @default [] */
  launcher?: readonly string[];
  watch?: WatchOptions;
}

/**
 * The connection to Chroma: states `off`; `starting` → `connected` ⇄ `unavailable`.
 * Nothing here holds up or fails the service: whatever goes wrong is a state with a reason.
 */
export class ChromaConnection implements VectorDatabase, AsyncDisposable {
  readonly #watcher: ServerWatcher | undefined;
  readonly #remote: RemoteServer | undefined;
  readonly #listeners: ((state: VectorDatabaseState) => void)[] = [];
  readonly #stopping = new AbortController();
  #state: VectorDatabaseState;
  #running: Promise<void> | undefined;
  #graceMs = 0;

  constructor(options: ChromaConnectionOptions) {
    const { url, access = {}, folder, launcher = [] } = options;
    const watch = withWatchDefaults(options.watch ?? {});
    if (url === "off") {
      this.#state = { status: "off", mode: "off", restarts: 0 };
    } else if (url === undefined) {
      this.#watcher = new LocalServer({ folder, launcher, watch, graceMs: () => this.#graceMs });
      this.#state = { status: "starting", mode: "local", restarts: 0 };
    } else {
      this.#watcher = this.#remote = new RemoteServer(url, access, watch);
      this.#state = { status: "starting", mode: "remote", restarts: 0 };
    }
  }

  start(): void {
    if (this.#stopping.signal.aborted) return;
    this.#running ??= this.#watcher?.run(this.#stopping.signal, (update) => this.#report(update));
  }

  state(): VectorDatabaseState {
    return { ...this.#state };
  }

  /**
   * How to ask the server that is connected now, for those who do; undefined: none is. It has the credentials, so it is
   * never to be shown.
   */
  server(): VectorServer | undefined {
    const { status, url } = this.#state;
    if (status !== "connected" || url === undefined) return undefined;
    return this.#remote?.server() ?? { url };
  }

  onChange(listener: (state: VectorDatabaseState) => void): void {
    this.#listeners.push(listener);
  }

  async stop({ graceMs }: { graceMs: number }): Promise<void> {
    this.#graceMs = graceMs;
    this.#stopping.abort(new DOMException("Chroma is being stopped", "AbortError"));
    // After SIGKILL only a process in the kernel's hands is still there; the service's end does not wait for that.
    if (this.#running) await settlesWithin(this.#running, graceMs + 10_000);
    if (this.#watcher) {
      this.#report({ status: "unavailable", reason: "stopped with the service", url: undefined });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ graceMs: 5000 });
  }

  #report(update: StateUpdate): void {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...update };
    if (this.#state.status === before) return;
    for (const listener of this.#listeners) {
      try {
        listener(this.state());
      } catch {
        // a listener's failure is its own; the server must go on being watched
      }
    }
  }
}
