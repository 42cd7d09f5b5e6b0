import { type Span, tracer } from "../platform/tracing/mod.ts";
import type { Attempt, Outcome } from "./port.ts";

/** The span of an attempt, under what asked for its task; undefined without traces. */
export function traceAttempt(attempt: Attempt): Span | undefined {
  const { type, taskId, brand, batchId, requestId, traceparent } = attempt;
  return tracer()?.start(`run ${type}`, {
    kind: "consumer",
    parent: traceparent ?? null,
    attributes: {
      "task.id": taskId,
      "task.type": type,
      "task.attempt": attempt.attempt,
      "task.brand": brand,
      "batch.id": batchId,
      "request.id": requestId,
    },
  });
}

/** Ends it with what became of the attempt. Interrupted and deferred attempts have not failed: they are not counted. */
export function endAttempt(span: Span, outcome: Outcome): void {
  span.set({ "task.outcome": outcome.kind });
  if (outcome.kind === "failed") span.fail(outcome.error.code);
  else if (outcome.kind === "aborted") span.fail(outcome.reason);
  span.end();
}
