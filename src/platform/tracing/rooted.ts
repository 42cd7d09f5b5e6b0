import { AsyncLocalStorage } from "node:async_hooks";
import { isTracing } from "./open_telemetry.ts";

/**
 * Calls what an isolate does from its beginning on. In an empty asynchronous context Deno 2.9.6 leaves the span of a first
 * `fetch` active for all that follows, so that a loop which asks every few seconds makes one trace without an end; in a
 * context that holds anything the span is put away when the request is done.
 */
export function rooted<T>(work: () => T): T {
  return isTracing() ? new AsyncLocalStorage<true>().run(true, work) : work();
}
