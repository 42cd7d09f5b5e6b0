import { TaskError } from "../platform/errors.ts";
import type { CallOptions } from "./port.ts";

/** Waits for a child to be ready, within the limits of the call that needs it. */
export async function waitWithin(ready: Promise<void>, { signal, timeoutMs }: CallOptions): Promise<void> {
  signal?.throwIfAborted();
  const early = Promise.withResolvers<never>();
  const onAbort = () => early.reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(
    () => early.reject(new TaskError("timeout", `No sandbox process was ready within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await Promise.race([ready, early.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
