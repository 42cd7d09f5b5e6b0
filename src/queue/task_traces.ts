import { type Span, tracer } from "../platform/tracing/mod.ts";
import type { EnqueueRequest } from "./port.ts";
import type { ClaimedTask, NewTask } from "./task.ts";

/*
 * What the queue adds to a trace: `enqueue`, under what asked for the task, and under it every wait. The attempts, which
 * the workers add, and what follows from the task's end are under `enqueue` too: it is all that is kept with the task.
 */

/** The span of a request to the store, which its tasks are marked with; to be ended. Undefined without traces. */
export function traceEnqueue({ tasks, batch }: EnqueueRequest, parent?: string | null): Span | undefined {
  const traces = tracer();
  if (traces === undefined || tasks.length === 0) return undefined;
  const [{ id, type }] = tasks as [NewTask];
  const span = traces.start(`enqueue ${type}`, {
    kind: "producer",
    parent,
    attributes: batch === undefined
      ? { "task.type": type, "task.id": id }
      : { "task.type": type, "batch.id": batch.id, "batch.size": tasks.length },
  });
  const { traceparent } = span;
  for (const task of tasks) task.traceparent = traceparent;
  if (batch?.onComplete !== undefined) batch.onComplete.traceparent = traceparent;
  return span;
}

/** Of a task that a schedule makes: nobody asked for it, so a trace begins with it. */
export function traceScheduled(task: NewTask): void {
  const { type, id, scheduleId } = task;
  const span = tracer()?.start(`enqueue ${type}`, {
    kind: "producer",
    parent: null,
    attributes: { "task.type": type, "task.id": id, "schedule.id": scheduleId },
  });
  if (span === undefined) return;
  task.traceparent = span.traceparent;
  span.end();
}

/** The wait that has ended with this claim. */
export function traceWait({ taskId, type, attempt, startedMs, waitMs }: ClaimedTask, parent: string): void {
  tracer()?.start(`wait ${type}`, {
    parent,
    startMs: startedMs - waitMs,
    attributes: { "task.id": taskId, "task.type": type, "task.attempt": attempt },
  }).end(startedMs);
}

/** The attempt a worker died with: its own span died with it. */
export function traceCrash({ taskId, type, attempt, traceparent }: ClaimedTask, span: {
  startMs: number;
  endMs: number;
}): void {
  const crash = tracer()?.start(`run ${type}`, {
    kind: "consumer",
    parent: traceparent ?? null,
    startMs: span.startMs,
    attributes: { "task.id": taskId, "task.type": type, "task.attempt": attempt },
  });
  crash?.fail("worker_crashed");
  crash?.end(span.endMs);
}
