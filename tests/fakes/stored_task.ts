import type { TaskFilter } from "../../src/queue/port.ts";
import type { TaskRequest } from "../../src/queue/service_port.ts";
import { DEFAULT_BACKOFF, type StoredTask } from "../../src/queue/task.ts";

/** A request as a store would have it just after its acceptance. */
export function storedTask(
  id: string,
  request: TaskRequest,
  { seq, batchId, pending }: { seq: number; batchId?: string; pending: number },
): StoredTask {
  const nowMs = Date.now();
  const waits = pending > 0 || (request.delayS ?? 0) > 0 || (request.runAtMs ?? 0) > nowMs;
  return {
    id,
    type: request.type,
    inputJson: JSON.stringify(request.input),
    priority: request.priority ?? 5,
    maxAttempts: request.maxAttempts ?? 3,
    backoff: { ...DEFAULT_BACKOFF, ...request.backoff },
    timeoutMs: request.timeoutMs ?? 60_000,
    createdMs: nowMs,
    runAtMs: request.runAtMs,
    brand: request.brand,
    tags: request.tags,
    batchId,
    expiresInMs: request.expiresInS === undefined ? undefined : request.expiresInS * 1000,
    fairnessKey: request.fairnessKey,
    limitKeys: request.limitKeys,
    dependsOn: request.dependsOn,
    onDependencyFailure: request.onDependencyFailure,
    dedup: request.dedup,
    webhook: request.webhook,
    pendingDependencies: pending > 0 ? pending : undefined,
    seq,
    status: waits ? "delayed" : "queued",
    attempts: 0,
    crashes: 0,
  };
}

/** Whether every condition of a filter holds for a task. */
export function matches(task: StoredTask, filter: TaskFilter): boolean {
  const { status, type, brand, tag, batchId, createdFromMs, createdBeforeMs } = filter;
  return (status === undefined || task.status === status) &&
    (type === undefined || task.type === type) &&
    (brand === undefined || task.brand === brand) &&
    (tag === undefined || (task.tags?.includes(tag) ?? false)) &&
    (batchId === undefined || task.batchId === batchId) &&
    (createdFromMs === undefined || task.createdMs >= createdFromMs) &&
    (createdBeforeMs === undefined || task.createdMs < createdBeforeMs);
}
