import { DeferredError, InterruptedError, ServiceError, TaskError } from "../errors.ts";
import { type Span, type SpanOptions, tracer } from "./tracer.ts";

/** What a failure is called in a trace: its stable code, never its text, which may hold what a stranger sent. */
export function errorTypeOf(error: unknown): string {
  if (error instanceof TaskError || error instanceof ServiceError) return error.code;
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof Error ? error.name : "error";
}

/** `work` in a span of its own, which ends with it; just `work` where there are no traces. `span` is to be set, not ended. */
export async function traced<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const span = tracer()?.start(name, options);
  if (span === undefined) return await work(undefined);
  try {
    return await span.run(() => work(span));
  } catch (error) {
    // Put off until later is not failed.
    if (error instanceof DeferredError) span.set({ "task.deferred": true });
    else span.fail(errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}
