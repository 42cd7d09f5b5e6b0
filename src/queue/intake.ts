import { ServiceError } from "../platform/errors.ts";
import { newId } from "../platform/ids.ts";
import { errorTypeOf } from "../platform/tracing/mod.ts";
import { nextTurn } from "../platform/next_turn.ts";
import type { Announcer } from "./announcer.ts";
import { Findings } from "./findings.ts";
import { firstStatus } from "./first_status.ts";
import type { EnqueueOutcome, EnqueueRequest, IdempotencyEntry, TaskStore } from "./port.ts";
import type {
  AcceptedBatch,
  AcceptedTask,
  AcceptOptions,
  BatchRequest,
  TaskRequest,
} from "./service_port.ts";
import type { NewTask } from "./task.ts";
import { traceEnqueue } from "./task_traces.ts";
import { batchWebhookTask, TaskMaker, type TaskMakerOptions, type TaskOrigin } from "./task_maker.ts";
import * as check from "./validation.ts";

const MAX_BATCH = 10_000;
/** Inputs of a batch that are checked before others get their turn of the event loop: some 5 ms of work. */
const CHECKS_A_TURN = 500;
/** How long an `Idempotency-Key` replays its answer. */
const IDEMPOTENCY_MS = 86_400_000;

export interface IntakeOptions extends TaskMakerOptions {
  store: TaskStore;
  maxLength: number;
  /** Unix milliseconds. */
  wallMs: () => number;
  /** Tasks ended per second, for the time a refused caller is told to wait. */
  perS: () => number;
  announcer: Announcer;
}

/** Taking tasks in: everything wrong with a request told at once, ids and defaults settled, one call of the store. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #maker: TaskMaker;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#maker = new TaskMaker(options);
  }

  /**
   * The task a request makes, not yet accepted.
   * @throws {ServiceError} invalid_request, with everything that is wrong
   */
  build(request: TaskRequest, origin: TaskOrigin): NewTask {
    const findings = new Findings();
    const task = this.#maker.single(request, origin, findings);
    findings.throwIfAny();
    return task!;
  }

  async enqueue(request: TaskRequest, options: AcceptOptions = {}): Promise<AcceptedTask> {
    const nowMs = this.#options.wallMs();
    const task = this.build(request, { nowMs, requestId: options.requestId });
    const taskId = task.id;
    const status = firstStatus(task, nowMs);
    const outcome = await this.#accept({ tasks: [task] }, { taskId, status }, options, nowMs);
    switch (outcome.kind) {
      case "accepted":
        return { taskId, status, replayed: false };
      case "deduplicated":
        return { taskId: outcome.taskId, status: outcome.status, replayed: false, deduplicated: true };
      case "replayed": {
        // Answers that an earlier release kept have no status: today's is the best there is.
        const first = JSON.parse(outcome.answerJson) as Partial<AcceptedTask>;
        return { taskId: String(first.taskId), status: first.status ?? status, replayed: true };
      }
    }
  }

  async enqueueBatch(request: BatchRequest, options: AcceptOptions = {}): Promise<AcceptedBatch> {
    const findings = new Findings();
    const origin: TaskOrigin = { nowMs: this.#options.wallMs(), requestId: options.requestId };
    const { inputs, maxConcurrent, brand } = request;
    const mold = this.#maker.mold(request, findings);
    findings.whole("max_concurrent", maxConcurrent, 1, MAX_BATCH);
    const fits = inputs.length >= 1 && inputs.length <= MAX_BATCH;
    if (!fits) findings.add("inputs", `must hold 1 to ${MAX_BATCH}: there are ${inputs.length}`);
    const batchId = newId("batch");
    const onComplete = this.#onComplete(request, batchId, origin, findings);
    const jsons: string[] = [];
    if (fits && mold !== undefined) {
      for (const [i, input] of inputs.entries()) {
        if (i % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn();
        jsons.push(check.checkedInput(mold.type, input, `inputs.${i}`, findings));
      }
    }
    findings.throwIfAny();
    if (jsons.length >= CHECKS_A_TURN) await nextTurn();

    const own = { ...origin, batchId };
    const tasks = jsons.map((inputJson, i) =>
      this.#maker.cast(mold!, request, { input: inputs[i], inputJson }, own)
    );
    const batch = { id: batchId, createdMs: origin.nowMs, maxConcurrent, brand, onComplete };
    const taskIds = tasks.map(({ id }) => id);
    const answer = { batchId, taskIds, ...(onComplete && { onCompleteTaskId: onComplete.id }) };
    const outcome = await this.#accept({ tasks, batch }, answer, options, origin.nowMs);
    if (outcome.kind !== "replayed") return { ...answer, replayed: false };
    return { ...JSON.parse(outcome.answerJson) as typeof answer, replayed: true };
  }

  /** What follows a batch: the task asked for, or the one that tells its webhook. */
  #onComplete(
    { onComplete, webhook, brand }: BatchRequest,
    id: string,
    origin: TaskOrigin,
    findings: Findings,
  ): NewTask | undefined {
    if (webhook !== undefined) {
      check.checkWebhook(webhook, findings.under("webhook"));
      if (onComplete !== undefined) {
        findings.add(
          "webhook",
          "cannot be given together with on_complete: give on_complete a webhook of its own",
        );
      }
      return batchWebhookTask(webhook.url, { id, brand }, origin);
    }
    if (onComplete === undefined) return undefined;
    const inside = findings.under("on_complete");
    check.checkOnComplete(onComplete, inside);
    return this.#maker.single(onComplete, origin, inside);
  }

  /** Hands a request to the store and says what was refused in words for its sender. */
  async #accept(
    request: EnqueueRequest,
    answer: Record<string, unknown>,
    { idempotency, traceparent }: AcceptOptions,
    nowMs: number,
  ): Promise<Extract<EnqueueOutcome, { kind: "accepted" | "replayed" | "deduplicated" }>> {
    const { maxLength } = this.#options;
    const entry: IdempotencyEntry | undefined = idempotency && {
      ...idempotency,
      answerJson: JSON.stringify(answer),
      expiresMs: nowMs + IDEMPOTENCY_MS,
    };
    const outcome = await this.#offer({ ...request, idempotency: entry, maxLength }, traceparent);
    switch (outcome.kind) {
      case "conflict":
        throw new ServiceError("conflict", conflictMessage(outcome, request));
      case "unknown_dependency": {
        const message = `must name tasks that are there: there is no task ${outcome.taskId}`;
        throw new ServiceError("invalid_request", `depends_on ${message}`, {
          fields: [{ path: "depends_on", message }],
        });
      }
      case "full": {
        const count = request.tasks.length;
        throw new ServiceError(
          "queue_full",
          `Cannot accept ${count} tasks as at most ${maxLength} may wait: ${outcome.waiting} do`,
          { retryAfterS: this.#retryAfterS(outcome.waiting + count - maxLength) },
        );
      }
      default:
        return outcome;
    }
  }

  /** Those who follow the tasks are told that they wait. */
  async #offer(request: EnqueueRequest, traceparent?: string | null): Promise<EnqueueOutcome> {
    const { store, announcer } = this.#options;
    const { tasks, batch } = request;
    const span = traceEnqueue(request, traceparent);
    announcer.offered(tasks, batch?.onComplete);
    let accepted = false;
    try {
      const outcome = await store.enqueue(request);
      accepted = outcome.kind === "accepted";
      span?.set({ "enqueue.outcome": outcome.kind });
      return outcome;
    } catch (error) {
      span?.fail(errorTypeOf(error));
      throw error;
    } finally {
      span?.end();
      const tell = (id: string) => accepted ? announcer.accepted(id) : announcer.refused(id);
      for (const { id } of tasks) tell(id);
      if (batch?.onComplete !== undefined) tell(batch.onComplete.id);
    }
  }

  /** How long until `excess` tasks have gone, at the pace of the last minute. */
  #retryAfterS(excess: number): number {
    const perS = this.#options.perS();
    return Math.min(60, Math.max(1, Math.ceil(excess / Math.max(perS, 1))));
  }
}

function conflictMessage(
  { reason, value }: Extract<EnqueueOutcome, { kind: "conflict" }>,
  { tasks }: EnqueueRequest,
): string {
  switch (reason) {
    case "task_id":
      return `Cannot accept the task as its task_id is in use: ${value}`;
    case "dedup_key":
      return `Cannot accept the task as another of dedup key "${
        tasks[0]?.dedup?.key
      }" has not ended: ${value}`;
    case "idempotency_key":
      return "Cannot accept the request as its Idempotency-Key was used with another body";
  }
}
