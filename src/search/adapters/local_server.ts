import { isAbsolute, join } from "node:path";
import { sleep } from "../../platform/deadline.ts";
import { messageOf } from "../../platform/errors.ts";
import { Backoff } from "../../platform/backoff.ts";
import { probeChroma } from "./chroma_probe.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import { FolderLock } from "./folder_lock.ts";
import { untilSilent } from "./heartbeats.ts";
import { endOrphan, ServerProcess } from "./server_process.ts";
import type { ServerWatcher, StateUpdate, WatchOptions } from "./watch_options.ts";

/** Held that long, a connection counts as good and the pauses begin anew. */
const STABLE_MS = 30_000;

export interface LocalServerOptions {
  /** Where Chroma keeps its data; made if absent. */
  folder: string;
  launcher: readonly string[];
  watch: Required<WatchOptions>;
  /** How long it may take to end, asked each time it has to. */
  graceMs(): number;
}

/**
 * A Chroma server of our own: started, watched, and started again when it dies or hangs.
 *
 *     lock the folder → end an orphan in it → start → wait for the heartbeat → connected → (dead or silent) → pause → start
 *
 * A diagnosis of `never` ends the walk: it stays unavailable until the service is started with other settings.
 */
export class LocalServer implements ServerWatcher {
  readonly #options: LocalServerOptions;
  readonly #folder: string;
  #starts = 0;

  constructor(options: LocalServerOptions) {
    this.#options = options;
    this.#folder = isAbsolute(options.folder) ? options.folder : join(Deno.cwd(), options.folder);
  }

  async run(signal: AbortSignal, report: (update: StateUpdate) => void): Promise<void> {
    const backoff = new Backoff(this.#options.watch.backoff);
    let lock: FolderLock | undefined;
    try {
      while (!signal.aborted) {
        let end: Diagnosis;
        try {
          lock ??= await this.#takeFolder();
          end = await this.#live(lock, backoff, signal, report);
        } catch (error) {
          end = { retry: "later", reason: messageOf(error) };
        }
        if (signal.aborted) return;
        report({
          status: "unavailable",
          reason: end.reason,
          url: undefined,
          final: end.retry === "never",
        });
        if (end.retry === "never") return;
        await backoff.pause(signal);
      }
    } finally {
      lock?.[Symbol.dispose]();
    }
  }

  /** Locks the folder, for good, and ends what a killed service has left running in it. */
  async #takeFolder(): Promise<FolderLock> {
    const lock = await FolderLock.acquire(this.#folder);
    try {
      if (lock.orphanPid) await endOrphan(lock.orphanPid, this.#folder, { graceMs: 5000 });
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** One life of the server, from start to end. */
  async #live(
    lock: FolderLock,
    backoff: Backoff,
    signal: AbortSignal,
    report: (update: StateUpdate) => void,
  ): Promise<Diagnosis> {
    const { launcher, watch } = this.#options;
    const port = freePort();
    const base = new URL(`http://127.0.0.1:${port}`);
    let server: ServerProcess;
    try {
      server = await ServerProcess.spawn({ launcher, folder: this.#folder, port });
    } catch (error) {
      const name = launcher[0] ?? Deno.execPath();
      return { retry: "never", reason: `Chroma cannot be started: ${name}: ${messageOf(error)}` };
    }
    // Ends whatever is waited for below when the server dies, and when we are told to stop.
    const life = new AbortController();
    const onStop = () => life.abort();
    signal.addEventListener("abort", onStop, { once: true });
    if (signal.aborted) onStop();
    const ended = server.ended.then((status) => (life.abort(), status));
    try {
      lock.note(server.pid);
      report({ restarts: this.#starts++ });
      const version = await this.#ready(server, base, life.signal);
      report({ status: "connected", url: base.origin, version, reason: undefined });
      const connectedMs = Date.now();
      try {
        const silence = await untilSilent(base, { ...watch, signal: life.signal });
        return { retry: "later", reason: `Chroma hung and was ended: ${silence}` };
      } finally {
        if (Date.now() - connectedMs > STABLE_MS) backoff.reset();
      }
    } catch (error) {
      if (signal.aborted) return { retry: "never", reason: "stopped" };
      if (!life.signal.aborted) return { retry: "later", reason: messageOf(error) };
      const { code, signal: by } = await ended;
      return diagnose({ code, signal: by, output: server.output }, await hostGlibc());
    } finally {
      signal.removeEventListener("abort", onStop);
      await server.end(signal.aborted ? this.#options.graceMs() : 0);
      await ended;
      lock.note(undefined);
    }
  }

  /** Waits for the first heartbeat. @throws {Error} if it does not come in time */
  async #ready(server: ServerProcess, base: URL, signal: AbortSignal): Promise<string | undefined> {
    const { startTimeoutMs, heartbeatTimeoutMs } = this.#options.watch;
    const deadlineMs = Date.now() + startTimeoutMs;
    for (let pauseMs = 20;; pauseMs = Math.min(pauseMs * 1.5, 500)) {
      await sleep(pauseMs, { signal });
      try {
        const { version } = await probeChroma(base, {
          timeoutMs: heartbeatTimeoutMs,
          withVersion: true,
          signal,
        });
        // On a port that was taken in the same instant another Chroma may answer while ours ends with code 0.
        if (!server.saysItListens) await sleep(1000, { signal });
        return version;
      } catch (error) {
        signal.throwIfAborted();
        if (Date.now() > deadlineMs) {
          throw new Error(
            `Chroma did not answer within ${startTimeoutMs} ms of its start: ${messageOf(error)}`,
          );
        }
      }
    }
  }
}

/** A port that is free now; that another process takes it before Chroma does is diagnosed and survived. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Such as `2.36`; undefined where the host has another C library. */
async function hostGlibc(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("getconf", {
      args: ["GNU_LIBC_VERSION"],
      stdin: "null",
      stderr: "null",
    }).output();
    return /glibc (\d+\.\d+)/.exec(new TextDecoder().decode(stdout))?.[1];
  } catch {
    return undefined;
  }
}
