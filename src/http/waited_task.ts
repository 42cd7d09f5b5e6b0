import { ServiceError, type TaskFailure } from "../platform/errors.ts";
import type { TaskRequest } from "../queue/service_port.ts";
import { ENDED, type StoredTask } from "../queue/task.ts";
import type { HttpContext } from "./context.ts";
import type { HttpDeps } from "./deps.ts";

/** Somebody waits for it, so it goes before what nobody waits for. */
const PRIORITY = 10;
/** So that the caller's own deadline, which answers better, comes first. */
const EXPIRY_AFTER_S = 1;

/**
 * Queues a task and answers with its end. It is cancelled when the deadline has passed, when the caller has gone, and when
 * the service stops and its grace is over: nobody would read what came of it.
 *
 * @returns the completed task
 * @throws {ServiceError} blocked_address, invalid_request, scrape_failed: it failed; deadline_exceeded; unavailable
 */
export async function waitedTask(
  c: HttpContext,
  deps: Pick<HttpDeps, "queue" | "health" | "config">,
  request: TaskRequest,
  deadlineMs: number,
): Promise<StoredTask> {
  const { queue, health, config } = deps;
  const startedMs = performance.now();
  const caller = c.req.raw.signal;
  const { taskId } = await queue.enqueue(
    // A process that dies with it in its queue does not run it later, for nobody.
    {
      priority: PRIORITY,
      maxAttempts: 1,
      expiresInS: deadlineMs / 1000 + EXPIRY_AFTER_S,
      ...defined(request),
    },
    { requestId: c.env.requestId },
  );
  const end = new AbortController();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const onGone = () => end.abort(caller.reason);
  const onStop = () =>
    grace = setTimeout(() => end.abort(health.stopSignal.reason), config.SHUTDOWN_GRACE_MS);
  caller.addEventListener("abort", onGone, { once: true });
  health.stopSignal.addEventListener("abort", onStop, { once: true });
  if (caller.aborted) onGone();
  if (health.stopSignal.aborted) onStop();
  try {
    const waitMs = Math.max(0, deadlineMs - (performance.now() - startedMs));
    const task = await queue.waitForEnd(taskId, { waitMs, signal: end.signal });
    if (task.status === "completed") return task;
    if (ENDED.has(task.status) && task.error?.code !== "expired") throw failureOf(task);
    await giveUp(queue, taskId);
    throw new ServiceError("deadline_exceeded", `It had not ended after ${deadlineMs} ms`, {
      task: { taskId },
    });
  } catch (error) {
    if (!end.signal.aborted) throw error;
    await giveUp(queue, taskId);
    if (caller.aborted) throw error;
    throw new ServiceError("unavailable", "The service stopped before it had ended", { task: { taskId } });
  } finally {
    clearTimeout(grace);
    caller.removeEventListener("abort", onGone);
    health.stopSignal.removeEventListener("abort", onStop);
  }
}

/** The JSON object of a completed task's result, with the task's id in front. */
export function withTaskId({ id, resultJson }: StoredTask): string {
  const rest = resultJson?.slice(1) ?? "}";
  return `{"task_id":${JSON.stringify(id)}${rest === "}" ? "" : ","}${rest}`;
}

function failureOf({ id, status, error }: StoredTask): ServiceError {
  const failure: TaskFailure = error ?? {
    code: "cancelled",
    message: `The task is ${status}`,
    retryable: false,
  };
  const code = failure.code === "invalid_input"
    ? "invalid_request"
    : failure.code === "blocked_address"
    ? "blocked_address"
    : "scrape_failed";
  return new ServiceError(code, failure.message, { task: { taskId: id, error: failure } });
}

/** It may have ended meanwhile; whatever else is wrong with cancelling, the caller's answer is another. */
async function giveUp(queue: HttpDeps["queue"], taskId: string): Promise<void> {
  await queue.cancel(taskId).catch(() => {});
}

function defined(request: TaskRequest): TaskRequest {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as TaskRequest;
}
