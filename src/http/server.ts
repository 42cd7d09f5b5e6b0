import { settlesWithin, sleep } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";
import type { ConnectionInfo } from "./context.ts";
import type { HttpLog } from "./deps.ts";

export interface HttpServerOptions {
  /** Answers; with `info.draining` it refuses, as only it knows request ids, problems and metrics. */
  handler: (request: Request, info: ConnectionInfo) => Response | Promise<Response>;
  log: HttpLog;
  /** First wait before a listener that ended is opened again; doubles up to `maxBackoffMs`. @default 100 */
  backoffMs?: number;
  /** @default 5000 */
  maxBackoffMs?: number;
}

/** How long a listener must have lived for the next wait to be short again. */
const STEADY_MS = 30_000;
/** Least time for connections to close once no request is in hand. */
const CLOSE_WAIT_MS = 500;

/**
 * The listener. States: idle → `start` → listening → (ends by itself, waits, listens again) → `shutdown` → draining
 * → ended. `Deno.serve` ends when descriptors run out (fact of Deno 2.9): it is opened again on the same address.
 */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpServerOptions;
  readonly #stopping = new AbortController();
  /** Cuts requests in flight off: the force stage. */
  readonly #force = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #inHand = 0;
  #draining = false;
  #drained: (() => void) | undefined;

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
    void this.#watch({ hostname: address.hostname, port: server.addr.port });
    return server.addr;
  }

  /**
   * Has new requests refused (`draining`) and waits `deadlineMs` for those in hand, then cuts them off. `signal` skips the wait.
   * Resolves to whether every request was let finish.
   *
   * The waiting is done here and not by `Deno.HttpServer.shutdown()`: once that has been called, aborting the server's
   * signal throws "Bad resource ID" outside of anybody's reach and ends the process (seen on Deno 2.9.6).
   */
  async shutdown(options: { deadlineMs: number; signal?: AbortSignal }): Promise<boolean> {
    const { deadlineMs, signal } = options;
    const startedMs = performance.now();
    this.#stopping.abort();
    this.#draining = true;
    await this.#drain(deadlineMs, signal);
    const finished = this.#inHand === 0;
    const server = this.#server;
    if (server !== undefined) {
      if (finished) {
        const leftMs = deadlineMs - (performance.now() - startedMs);
        await settlesWithin(server.shutdown().catch(() => {}), Math.max(leftMs, CLOSE_WAIT_MS));
      } else {
        this.#force.abort();
        await settlesWithin(server.finished.catch(() => {}), CLOSE_WAIT_MS);
      }
    }
    return finished;
  }

  async #drain(deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#inHand === 0 || signal?.aborted) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    const skip = () => this.#drained?.();
    signal?.addEventListener("abort", skip, { once: true });
    try {
      await settlesWithin(drained, deadlineMs);
    } finally {
      signal?.removeEventListener("abort", skip);
    }
  }

  /** Counts a request while it is in hand; an answer given at once costs no promise. */
  readonly #handle = (request: Request, info: ConnectionInfo): Response | Promise<Response> => {
    const answer = this.#options.handler(
      request,
      this.#draining ? { remoteAddr: info.remoteAddr, draining: true } : info,
    );
    if (!(answer instanceof Promise)) return answer;
    this.#inHand++;
    return answer.finally(this.#leave);
  };

  readonly #leave = () => {
    if (--this.#inHand === 0) this.#drained?.();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ deadlineMs: 0 });
  }

  #listen(address: { hostname: string; port: number }): Deno.HttpServer<Deno.NetAddr> {
    try {
      return Deno.serve(
        { ...address, signal: this.#force.signal, onListen: () => {} },
        this.#handle,
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
