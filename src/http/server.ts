import { settlesWithin, sleep } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";
import type { ConnectionInfo } from "./context.ts";
import type { HttpLog } from "./deps.ts";

export interface HttpServerOptions {
  handler: (request: Request, info: ConnectionInfo) => Response | Promise<Response>;
  log: HttpLog;
  /** First wait before a listener that ended is opened again; doubles up to `maxBackoffMs`. @default 100 */
  backoffMs?: number;
  /** @default 5000 */
  maxBackoffMs?: number;
}

/** How long a listener must have lived for the next wait to be short again. */
const STEADY_MS = 30_000;
/** How long a listener without requests may take to end. */
const SETTLE_MS = 100;
/** How long the end of the listener may take once requests have been cut off. */
const ABORT_WAIT_MS = 1000;

/**
 * The listener. States: idle → `start` → listening → (ends by itself, waits, listens again) → `shutdown` → ended.
 * `Deno.serve` ends when descriptors run out (fact of Deno 2.9): it is opened again on the same address.
 */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpServerOptions;
  readonly #stopping = new AbortController();
  /** Cuts requests in flight off: the force stage. */
  readonly #force = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: HttpServerOptions) {
    this.#options = options;
  }

  /**
   * Opens the listener; resolves to the address it really has (`port: 0` lets the system choose).
   * @throws {Error} with the remedy when the address is taken or not of this machine.
   */
  start(address: { hostname: string; port: number }): Deno.NetAddr {
    const server = this.#listen(address);
    this.#server = server;
    this.#watching = this.#watch({ hostname: address.hostname, port: server.addr.port });
    return server.addr;
  }

  /**
   * Takes no more connections and waits `deadlineMs` for requests in flight, then cuts them off. `signal` skips the wait.
   * Resolves to whether every request was let finish.
   */
  async shutdown(options: { deadlineMs: number; signal?: AbortSignal }): Promise<boolean> {
    const { deadlineMs, signal } = options;
    this.#stopping.abort();
    const graceful = this.#server?.shutdown().then(() => {}, () => {}) ?? Promise.resolve();
    const skipped = Promise.withResolvers<"skipped">();
    const skip = () => skipped.resolve("skipped");
    if (signal?.aborted) skip();
    signal?.addEventListener("abort", skip, { once: true });
    let finished = false;
    try {
      const ending = graceful.then(() => finished = true);
      await settlesWithin(Promise.race([ending, skipped.promise]), deadlineMs);
    } finally {
      signal?.removeEventListener("abort", skip);
    }
    // With nothing in flight the listener is gone within a moment, and aborting one that is gone throws where nobody
    // can catch it (`BadResource`, Deno 2.9): what is skipped is the wait for requests, not this look.
    if (!finished && !await settlesWithin(graceful, SETTLE_MS)) {
      this.#force.abort();
      await settlesWithin(graceful, ABORT_WAIT_MS);
    }
    await this.#watching;
    return finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ deadlineMs: 0 });
  }

  #listen(address: { hostname: string; port: number }): Deno.HttpServer<Deno.NetAddr> {
    try {
      return Deno.serve(
        { ...address, signal: this.#force.signal, onListen: () => {} },
        this.#options.handler,
      );
    } catch (error) {
      throw new Error(explain(error, address), { cause: error });
    }
  }

  /** Opens the listener again whenever it ends unasked. */
  async #watch(address: { hostname: string; port: number }): Promise<void> {
    const { log, backoffMs = 100, maxBackoffMs = 5000 } = this.#options;
    const { signal } = this.#stopping;
    let waitMs = backoffMs;
    while (!signal.aborted) {
      const openedMs = performance.now();
      const reason = await this.#server!.finished.then(() => "it ended by itself", messageOf);
      if (signal.aborted) return;
      if (performance.now() - openedMs > STEADY_MS) waitMs = backoffMs;
      log.error("http_listener_ended", { reason, again_in_ms: waitMs });
      for (let listening = false; !listening;) {
        try {
          await sleep(waitMs, { signal });
        } catch {
          return; // stopping
        }
        waitMs = Math.min(waitMs * 2, maxBackoffMs);
        try {
          this.#server = this.#listen(address);
          listening = true;
          log.warn("http_listener_restarted", { ...address });
        } catch (error) {
          log.error("http_listener_not_restarted", { reason: messageOf(error), again_in_ms: waitMs });
        }
      }
    }
  }
}

function explain(error: unknown, { hostname, port }: { hostname: string; port: number }): string {
  const where = `Cannot listen on ${hostname}:${port}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return `${where} as the port is in use: stop what holds it, or set PORT to another`;
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `${where} as this machine has no such address: set HOST to one of its own`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `${where} as it is not permitted: set PORT to one above 1023`;
  }
  return `${where}: ${messageOf(error)}`;
}
