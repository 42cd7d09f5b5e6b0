import { ServiceError } from "../platform/errors.ts";
import { newId, newTaskId } from "../platform/ids.ts";
import { nextTurn } from "../platform/next_turn.ts";
import type { EnqueueRequest, IdempotencyEntry, TaskStore } from "./port.ts";
import type { AcceptedTask, AcceptOptions, BatchRequest, TaskRequest } from "./service_port.ts";
import type { Backoff, NewTask } from "./task.ts";
import type { TaskTypeInfo, TaskTypes } from "./task_types.ts";
import * as check from "./validation.ts";

const DEFAULT_PRIORITY = 5;
const MAX_BATCH = 10_000;
/** Inputs of a batch that are checked before others get their turn of the event loop: some 5 ms of work. */
const CHECKS_A_TURN = 500;
/** How long an `Idempotency-Key` replays its answer. */
const IDEMPOTENCY_MS = 86_400_000;

export interface IntakeOptions {
  store: TaskStore;
  types: TaskTypes;
  defaults: { maxAttempts: number; timeoutMs: number; backoff: Backoff };
  maxLength: number;
  clock: () => number;
  /** Tasks ended per second, for the time a refused caller is told to wait. */
  perS: () => number;
  /** Called with what is durable now. */
  onAccepted: (tasks: NewTask[], nowMs: number) => void;
}

/** Taking tasks in: everything wrong with a request told at once, ids and defaults settled, one call of the store. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  async enqueue(
    request: TaskRequest,
    options: AcceptOptions = {},
  ): Promise<AcceptedTask> {
    const findings = new check.Findings();
    const nowMs = this.#options.clock();
    const type = check.knownType(this.#options.types, request.type, findings);
    check.checkShared(request, findings);
    check.checkTaskId(request.taskId, findings);
    const runAtMs = check.checkedRunAtMs(request, nowMs, findings);
    const backoff = check.checkedBackoff(request.backoff, this.#options.defaults.backoff, findings);
    const inputJson = type === undefined ? "" : check.checkedInput(type, request.input, "input", findings);
    findings.throwIfAny();

    const id = request.taskId ?? newTaskId(request.type, request.brand, nowMs);
    const task = this.#newTask(id, request, type!, inputJson, nowMs, options);
    task.backoff = backoff;
    if (runAtMs !== undefined) task.runAtMs = runAtMs;
    const status = runAtMs !== undefined && runAtMs > nowMs ? "delayed" : "queued";
    const replay = await this.#accept({ tasks: [task] }, { taskId: id, status }, options, nowMs);
    if (replay === undefined) return { taskId: id, status, replayed: false };
    // Answers that an earlier release kept have no status: today's is the best there is.
    const { taskId, status: first = status } = replay;
    return { taskId: String(taskId), status: first as AcceptedTask["status"], replayed: true };
  }

  async enqueueBatch(
    request: BatchRequest,
    options: AcceptOptions = {},
  ): Promise<{ batchId: string; taskIds: string[]; replayed: boolean }> {
    const findings = new check.Findings();
    const nowMs = this.#options.clock();
    const type = check.knownType(this.#options.types, request.type, findings);
    check.checkShared(request, findings);
    findings.whole("max_concurrent", request.maxConcurrent, 1, MAX_BATCH);
    const { inputs } = request;
    if (inputs.length < 1 || inputs.length > MAX_BATCH) {
      findings.add("inputs", `must hold 1 to ${MAX_BATCH}: there are ${inputs.length}`);
    } else if (type !== undefined) {
      const jsons: string[] = [];
      for (const [i, input] of inputs.entries()) {
        if (i % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn();
        jsons.push(check.checkedInput(type, input, `inputs.${i}`, findings));
      }
      findings.throwIfAny();
      if (jsons.length >= CHECKS_A_TURN) await nextTurn();
      return await this.#enqueueBatch(request, type, jsons, nowMs, options);
    }
    findings.throwIfAny();
    throw new TypeError("unreachable: the findings above are not empty");
  }

  #newTask(
    id: string,
    request: TaskRequest | BatchRequest,
    type: TaskTypeInfo,
    inputJson: string,
    nowMs: number,
    options: AcceptOptions,
  ): NewTask {
    return {
      id,
      type: request.type,
      inputJson,
      priority: request.priority ?? DEFAULT_PRIORITY,
      maxAttempts: request.maxAttempts ?? type.maxAttempts ?? this.#options.defaults.maxAttempts,
      timeoutMs: request.timeoutMs ?? type.timeoutMs ?? this.#options.defaults.timeoutMs,
      backoff: this.#options.defaults.backoff,
      createdMs: nowMs,
      brand: request.brand,
      tags: request.tags,
      requestId: options.requestId,
    };
  }

  async #enqueueBatch(
    request: BatchRequest,
    type: TaskTypeInfo,
    inputJsons: string[],
    nowMs: number,
    options: AcceptOptions,
  ): Promise<{ batchId: string; taskIds: string[]; replayed: boolean }> {
    const { maxConcurrent, brand } = request;
    const batchId = newId("batch");
    const tasks = inputJsons.map((json) => {
      const id = newTaskId(request.type, brand, nowMs);
      return { ...this.#newTask(id, request, type, json, nowMs, options), batchId };
    });
    const taskIds = tasks.map(({ id }) => id);
    const batch = { id: batchId, createdMs: nowMs, maxConcurrent, ...(brand === undefined ? {} : { brand }) };
    const replay = await this.#accept({ tasks, batch }, { batchId, taskIds }, options, nowMs);
    return replay === undefined
      ? { batchId, taskIds, replayed: false }
      : { batchId: String(replay.batchId), taskIds: replay.taskIds as string[], replayed: true };
  }

  /** Hands a request to the store; the first answer where its key was used before. */
  async #accept(
    request: EnqueueRequest,
    answer: Record<string, unknown>,
    { idempotency }: AcceptOptions,
    nowMs: number,
  ): Promise<Record<string, unknown> | undefined> {
    const entry: IdempotencyEntry | undefined = idempotency && {
      ...idempotency,
      answerJson: JSON.stringify(answer),
      expiresMs: nowMs + IDEMPOTENCY_MS,
    };
    const outcome = await this.#options.store.enqueue({
      ...request,
      idempotency: entry,
      maxLength: this.#options.maxLength,
    });
    switch (outcome.kind) {
      case "replayed":
        return JSON.parse(outcome.answerJson) as Record<string, unknown>;
      case "conflict":
        throw new ServiceError(
          "conflict",
          outcome.reason === "task_id"
            ? `Cannot accept the task as its task_id is in use: ${outcome.value}`
            : "Cannot accept the request as its Idempotency-Key was used with another body",
        );
      case "full":
        throw new ServiceError(
          "queue_full",
          `Cannot accept ${request.tasks.length} tasks as at most ${this.#options.maxLength} may wait: ${outcome.waiting} do`,
          {
            retryAfterS: this.#retryAfterS(outcome.waiting + request.tasks.length - this.#options.maxLength),
          },
        );
      case "accepted":
        this.#options.onAccepted(request.tasks, nowMs);
        return undefined;
    }
  }

  /** How long until `excess` tasks have gone, at the pace of the last minute. */
  #retryAfterS(excess: number): number {
    const perS = this.#options.perS();
    return Math.min(60, Math.max(1, Math.ceil(excess / Math.max(perS, 1))));
  }
}
