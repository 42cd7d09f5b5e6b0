import { newId, newTaskId } from "../platform/ids.ts";
import { type Findings, isLabel } from "./findings.ts";
import type { BatchRequest, TaskRequest } from "./service_port.ts";
import type { Backoff, NewTask } from "./task.ts";
import type { TaskTypeInfo, TaskTypes } from "./task_types.ts";
import * as check from "./validation.ts";

const DEFAULT_PRIORITY = 5;
const MAX_TAG_LENGTH = 128;

export interface TaskMakerOptions {
  types: TaskTypes;
  defaults: { maxAttempts: number; timeoutMs: number; backoff: Backoff };
}

/** What a task carries that is not of its own request. */
export interface TaskOrigin {
  /** By the wall clock. */
  nowMs: number;
  requestId?: string;
  /** Where the request names none. @default a new one */
  taskId?: string;
  batchId?: string;
  scheduleId?: string;
}

/** From requests to tasks: what is wrong with one goes to `findings`, ids and defaults are filled in. */
export class TaskMaker {
  readonly #types: TaskTypes;
  readonly #defaults: TaskMakerOptions["defaults"];

  constructor(options: TaskMakerOptions) {
    this.#types = options.types;
    this.#defaults = options.defaults;
  }

  /** A single task; undefined where something is wrong with the request. */
  single(request: TaskRequest, origin: TaskOrigin, findings: Findings): NewTask | undefined {
    check.checkSingle(request, findings);
    const start = check.checkedStart(request, origin.nowMs, findings);
    const mold = this.mold(request, findings);
    if (mold === undefined) return undefined;
    const { input } = request;
    const inputJson = check.checkedInput(mold.type, input, "input", findings);
    if (findings.errors.length > 0) return undefined;
    const taskId = request.taskId ?? origin.taskId;
    const task = this.cast(mold, request, { input, inputJson }, { ...origin, taskId });
    if (start.delayMs !== undefined) task.delayMs = start.delayMs;
    if (start.runAtMs !== undefined) task.runAtMs = start.runAtMs;
    if (request.dependsOn !== undefined && request.dependsOn.length > 0) {
      task.dependsOn = [...new Set(request.dependsOn)];
      task.onDependencyFailure = request.onDependencyFailure ?? "fail";
    }
    if (request.dedup !== undefined) task.dedup = request.dedup;
    if (request.webhook !== undefined) task.webhook = request.webhook;
    return task;
  }

  /** What all tasks of a request have in common, checked once; undefined where its type is not known. */
  mold(request: TaskRequest | BatchRequest, findings: Findings): Mold | undefined {
    const type = check.knownType(this.#types, request.type, findings);
    check.checkShared(request, findings);
    const ofType = type?.backoff === undefined
      ? this.#defaults.backoff
      : { ...this.#defaults.backoff, ...type.backoff };
    const backoff = check.checkedBackoff(request.backoff, ofType, findings);
    return type === undefined ? undefined : { type, backoff };
  }

  /** A task of a mold and an input, both found good. */
  cast(
    mold: Mold,
    request: TaskRequest | BatchRequest,
    { input, inputJson }: { input: unknown; inputJson: string },
    origin: TaskOrigin,
  ): NewTask {
    const { brand, fairnessKey, expiresInS } = request;
    const { nowMs, batchId, requestId, scheduleId } = origin;
    const task: NewTask = {
      id: origin.taskId ?? newTaskId(request.type, brand, nowMs),
      type: request.type,
      inputJson,
      priority: request.priority ?? DEFAULT_PRIORITY,
      maxAttempts: request.maxAttempts ?? mold.type.maxAttempts ?? this.#defaults.maxAttempts,
      backoff: mold.backoff,
      timeoutMs: request.timeoutMs ?? mold.type.timeoutMs ?? this.#defaults.timeoutMs,
      createdMs: nowMs,
      brand,
      tags: request.tags,
      requestId,
    };
    if (batchId !== undefined) task.batchId = batchId;
    if (scheduleId !== undefined) task.scheduleId = scheduleId;
    if (fairnessKey !== undefined) task.fairnessKey = fairnessKey;
    if (expiresInS !== undefined) task.expiresInMs = Math.round(expiresInS * 1000);
    const keys = limitKeysOf(request, mold.type.limitKeys?.(input));
    if (keys !== undefined) task.limitKeys = keys;
    const followUp = mold.type.followUp?.(input, { brand });
    if (followUp !== undefined) task.followUp = followUp;
    return task;
  }
}

/** What a request's tasks have in common. */
export interface Mold {
  type: TaskTypeInfo;
  backoff: Backoff;
}

/** Every key a limit could hold for, once each; `type:` is the store's own. */
function limitKeysOf(
  { type, brand, limitKeys }: TaskRequest | BatchRequest,
  ofType: string[] | undefined,
): string[] | undefined {
  if (brand === undefined && limitKeys === undefined && ofType === undefined) return undefined;
  const keys = new Set(limitKeys);
  if (brand !== undefined) keys.add(`brand:${brand}`);
  // A host name may be longer than a key: no limit can be set for it, so none needs to be looked for.
  for (const key of ofType ?? []) if (isLabel(key)) keys.add(key);
  keys.delete(`type:${type}`);
  return keys.size === 0 ? undefined : [...keys];
}

/** The task that tells a batch's webhook that the batch has ended. */
export function batchWebhookTask(
  url: string,
  batch: { id: string; brand?: string },
  { nowMs, requestId }: TaskOrigin,
): NewTask {
  return {
    id: newId("webhook"),
    type: "webhook",
    inputJson: JSON.stringify({ url, event: "batch.completed", data: { batch_id: batch.id } }),
    priority: DEFAULT_PRIORITY,
    maxAttempts: 8,
    backoff: { kind: "exponential", delayMs: 5000, maxMs: 3_600_000, jitter: 0.2 },
    timeoutMs: 30_000,
    createdMs: nowMs,
    brand: batch.brand,
    tags: [`webhook:${batch.id}`.slice(0, MAX_TAG_LENGTH)],
    requestId,
  };
}
