import type {
  BulkRequest,
  EnqueueRequest,
  PurgeRequest,
  TaskFilter,
  TaskStore,
} from "../../src/queue/port.ts";
import type { ClaimedTask, Dedup, Lease, NewTask } from "../../src/queue/task.ts";
import { newTask, type TestClock } from "../contracts/task_store_contract.ts";
import type { Step, TaskStep } from "./duel_steps.ts";

const FAILURE = { code: "handler_error", message: "it broke", retryable: true } as const;
const RATE_WINDOW_MS = 200;
const SCHEDULE_ID = "schedule";

/** One claim, as each of the two stores knows it: their tokens are their own. */
interface LeasePair {
  real: Lease;
  model: Lease;
}

/** A step as a call that either store takes. */
export interface Call {
  on(store: TaskStore, side: "real" | "model"): Promise<unknown>;
  /** What of the answer must agree. */
  seen(answer: unknown): unknown;
  after?(real: unknown, model: unknown): void;
}

/** What a history has made so far, which its later steps pick from. */
export class DuelCalls {
  /** Every lease there ever was: late finishers are drawn from it too. */
  #leases: LeasePair[] = [];
  #tasks: NewTask[] = [];
  readonly batchIds: string[] = [];
  readonly #clock: TestClock;
  #made = 0;
  #paused = false;

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  /** How to forget what is made from now on. */
  mark(): () => void {
    const [tasks, batches, paused] = [this.#tasks.length, this.batchIds.length, this.#paused];
    return () => {
      this.#paused = paused;
      this.#tasks.length = tasks;
      this.batchIds.length = batches;
    };
  }

  /** Ids and leases are drawn before anything runs. */
  callOf(step: Step): Call {
    switch (step.do) {
      case "enqueue": {
        const task = this.#newTask(step.task, step.dedup as Dedup | undefined);
        return enqueuing({ tasks: [task], maxLength: step.maxLength });
      }
      case "many": {
        const tasks = step.tasks.map((given) => this.#newTask(given));
        const known = step.spoilt === undefined ? undefined : drawn(this.#tasks, step.spoilt);
        return enqueuing({ tasks: known === undefined ? tasks : [...tasks, known] });
      }
      case "batch":
        return this.#batch(step);
      case "enqueueAgain":
        return enqueuing({ tasks: [drawn(this.#tasks, step.pick) ?? newTask({ createdMs: this.#nowMs })] });
      case "claim":
        return this.#claim(step);
      case "complete": {
        const resultJson = JSON.stringify("r".repeat(step.long ? 1000 : 5));
        const end = { resultJson, runMs: 1, finishedMs: this.#nowMs };
        return this.#ending(step.pick, (store, lease) => store.complete([{ ...end, lease }]));
      }
      case "fail": {
        const { crashed, waitMs } = step;
        const next = waitMs === undefined ? "dead" as const : { waitMs };
        const end = { error: FAILURE, runMs: 1, finishedMs: this.#nowMs, next, crashed };
        return this.#ending(step.pick, (store, lease) => store.fail([{ ...end, lease }]));
      }
      case "release": {
        const { crashed, waitMs } = step;
        return this.#ending(step.pick, (store, lease) => store.release([{ lease, crashed, waitMs }]));
      }
      case "endCancelled":
        return this.#ending(step.pick, (store, lease) => store.endCancelled([{ lease, runMs: 1 }]));
      case "progress": {
        const progress = { done: step.pick, total: 1000 };
        return this.#ending(step.pick, (store, lease) => store.progress([{ lease, progress }]));
      }
      case "cancel": {
        const id = this.#taskId(step.pick);
        return call((store) => store.cancel(id), withoutTokens);
      }
      case "cancelBatch": {
        const id = drawn(this.batchIds, step.pick) ?? "none";
        return call((store) => store.cancelBatch(id), withoutTokens);
      }
      case "retry": {
        const id = this.#taskId(step.pick);
        return call((store) => store.retry(id));
      }
      case "reprioritize": {
        const id = this.#taskId(step.pick);
        return call((store) => store.reprioritize(id, step.priority));
      }
      case "remove": {
        const id = this.#taskId(step.pick);
        return call((store) => store.remove(id));
      }
      case "bulk": {
        const filter = step.filter as TaskFilter;
        const action = step.action as BulkRequest["action"];
        return call(
          (store) => store.bulk({ action, filter, priority: 6, limit: 1000, after: step.after }),
          withoutTokens,
        );
      }
      case "purge": {
        const { olderMs, keepNewest } = step;
        const status = step.status as PurgeRequest["status"];
        const endedBeforeMs = olderMs === undefined ? undefined : this.#nowMs - olderMs;
        return call((store) => store.purge({ status, endedBeforeMs, keepNewest, limit: 1000 }));
      }
      case "pause":
        if (step.key === undefined) this.#paused = step.paused;
        return call((store) => store.setPaused(step.paused, step.key));
      case "limit": {
        const { key, starts } = step;
        const concurrency = step.concurrency ?? (starts === undefined ? 2 : undefined); // one of them there must be
        const rate = starts === undefined ? undefined : { count: starts, perMs: RATE_WINDOW_MS };
        return call((store) => store.setLimit({ key, concurrency, rate }));
      }
      case "removeLimit":
        return call((store) => store.removeLimit(step.key));
      case "fire": {
        const dedup = step.dedup === undefined ? undefined : { key: step.dedup, mode: "reject" } as const;
        const task = step.task && this.#newTask(step.task, dedup);
        const schedule = { id: SCHEDULE_ID, specJson: "{}", nextMs: step.next };
        const fire = { schedule, expectedNextMs: step.expected, task };
        return call((store) => store.fireSchedule(fire).catch(() => "refused"));
      }
    }
  }

  /** A write of the books that changes nothing: after it the file knows what time it is. */
  heartbeat(): Call {
    const paused = this.#paused;
    return call((store) => store.setPaused(paused));
  }

  begin(): Call {
    return call((store) => store.putSchedule({ id: SCHEDULE_ID, specJson: "{}", nextMs: 0 }));
  }

  get #nowMs(): number {
    return this.#clock.wallMs();
  }

  #taskId(pick: number): string {
    return drawn(this.#tasks, pick)?.id ?? "none";
  }

  #newTask(step: TaskStep, dedup?: Dedup): NewTask {
    const { delayMs, runInMs, dependsOn, webhook, tag, ...given } = step;
    const parents = (dependsOn ?? []).map((pick) => this.#taskId(pick)).filter((id) => id !== "none");
    const task = newTask({
      ...given,
      id: `t${this.#made++}`,
      createdMs: this.#nowMs,
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(delayMs !== undefined || runInMs === undefined ? {} : { runAtMs: this.#nowMs + runInMs }),
      ...(parents.length === 0 ? {} : { dependsOn: [...new Set(parents)] }),
      ...(tag === undefined ? {} : { tags: [tag] }),
      ...(dedup === undefined ? {} : { dedup }),
      ...(webhook === undefined ? {} : {
        webhook: { url: "https://e.com/", ...(webhook === "all" ? {} : { events: ["failed" as const] }) },
      }),
    });
    for (const key of Object.keys(task) as (keyof NewTask)[]) if (task[key] === undefined) delete task[key];
    this.#tasks.push(task);
    return task;
  }

  #batch(step: Step & { do: "batch" }): Call {
    const id = `batch-${this.#made}`;
    const tasks = step.tasks.map((given) => ({ ...this.#newTask(given), batchId: id }));
    const known = step.spoilt === undefined ? undefined : drawn(this.#tasks, step.spoilt);
    if (known !== undefined) tasks.push({ ...known, batchId: id });
    const onComplete = step.onComplete && this.#newTask({ ...step.onComplete, dependsOn: undefined });
    const batch = { id, createdMs: this.#nowMs, maxConcurrent: step.maxConcurrent, onComplete };
    this.batchIds.push(id);
    return enqueuing({ tasks, batch });
  }

  #claim({ max, except, atMost }: Step & { do: "claim" }): Call {
    const exceptTypes = except === undefined ? undefined : [except];
    return {
      on: (store) => store.claim({ max, exceptTypes, atMost }),
      seen: (claimed) => (claimed as ClaimedTask[]).map(({ token: _, ...shown }) => withoutHookId(shown)),
      after: (real, model) => {
        (real as Lease[]).forEach(({ taskId, token }, i) => {
          const other = (model as Lease[])[i]!;
          this.#leases.push({
            real: { taskId, token },
            model: { taskId: other.taskId, token: other.token },
          });
        });
      },
    };
  }

  #ending(pick: number, end: (store: TaskStore, lease: Lease) => Promise<unknown>): Call {
    const none = { taskId: "none", token: 0 };
    // Newer leases are likelier to be held still: every other draw is one of the last four.
    const from = pick % 2 === 0 ? this.#leases.slice(-4) : this.#leases;
    const pair = drawn(from, pick >> 1) ?? { real: none, model: none };
    return { on: (store, side) => end(store, pair[side]), seen: (answer) => answer };
  }
}

/** Ids of webhook tasks are each store's own; what they are about is in their input and tag. */
export function withoutHookId<T>(shown: T): T {
  return JSON.parse(
    JSON.stringify(shown, (_, value) => isHookId(value) ? "webhook" : value) ?? "null",
  ) as T;
}

function isHookId(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("webhook_");
}

function enqueuing(request: EnqueueRequest): Call {
  return call((store) => store.enqueue(request));
}

function call(on: Call["on"], seen: Call["seen"] = (answer) => answer): Call {
  return { on, seen };
}

function drawn<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

function withoutTokens(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value) => key === "token" ? undefined : value);
  if (text === undefined) return undefined;
  const plain = withoutHookId(JSON.parse(text)) as Record<string, unknown>;
  for (const list of [plain.running, plain.ended]) {
    if (Array.isArray(list)) list.sort((a, b) => a.taskId < b.taskId ? -1 : 1);
  }
  return plain;
}
