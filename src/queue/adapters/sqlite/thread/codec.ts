import type { CompletedEnd, EnqueueOutcome, EnqueueRequest } from "../../../port.ts";
import { type ClaimedTask, DEFAULT_BACKOFF, type NewTask } from "../../../task.ts";
import type { OpName, StoreOp } from "../core.ts";

/*
 * The calls that come by the ten thousand, as arrays: an object crosses a thread with all the names of its fields, which
 * is most of what it costs (3 us for a claimed task, 1 as an array). Everything else crosses as it is.
 */

/** A call on its way: its name, or a number where its arguments are packed, and these. */
export type PackedOp = [name: string | number, args: unknown];

const ENQUEUE_ONE = 1;
const ENQUEUE = 2;
const COMPLETE = 3;

type Values = unknown[];

export function packOp({ name, args }: StoreOp): PackedOp {
  if (name === "enqueue") {
    const request = args[0] as EnqueueRequest;
    const { tasks, batch, idempotency, maxLength } = request;
    if (tasks.length === 1 && batch === undefined && idempotency === undefined) {
      return [ENQUEUE_ONE, [maxLength, packTask(tasks[0]!)]];
    }
    return [ENQUEUE, [tasks.map(packTask), { ...request, tasks: [] }]];
  }
  if (name === "complete") {
    const flat: Values = [];
    for (const { lease, resultJson, runMs, finishedMs } of args[0] as CompletedEnd[]) {
      flat.push(lease.taskId, lease.token, resultJson, runMs, finishedMs);
    }
    return [COMPLETE, flat];
  }
  return [name, args];
}

export function unpackOp([name, args]: PackedOp): StoreOp {
  switch (name) {
    case ENQUEUE_ONE: {
      const [maxLength, task] = args as [number | undefined, Values];
      return { name: "enqueue", args: [{ tasks: [unpackTask(task)], maxLength }] };
    }
    case ENQUEUE: {
      const [tasks, request] = args as [Values[], EnqueueRequest];
      return { name: "enqueue", args: [{ ...request, tasks: tasks.map(unpackTask) }] };
    }
    case COMPLETE: {
      const flat = args as Values;
      const ends: CompletedEnd[] = [];
      for (let i = 0; i < flat.length; i += 5) {
        ends.push({
          lease: { taskId: flat[i] as string, token: flat[i + 1] as number },
          resultJson: flat[i + 2] as string,
          runMs: flat[i + 3] as number,
          finishedMs: flat[i + 4] as number,
        });
      }
      return { name: "complete", args: [ends] };
    }
    default:
      return { name: name as StoreOp["name"], args: args as unknown[] };
  }
}

/** What a new task has beside what nearly all have; its batch is the request's. */
type Rest = Omit<NewTask, PackedField> | undefined;
type PackedField =
  | "id"
  | "type"
  | "inputJson"
  | "priority"
  | "maxAttempts"
  | "timeoutMs"
  | "createdMs"
  | "requestId"
  | "brand"
  | "limitKeys"
  | "batchId";

function packTask(task: NewTask): Values {
  const { id, type, inputJson, priority, maxAttempts, timeoutMs, createdMs, requestId, brand, limitKeys } =
    task;
  const values: Values = [id, type, inputJson, priority, maxAttempts, timeoutMs, createdMs, requestId, brand];
  const rest = restOf(task);
  if (limitKeys !== undefined || rest !== undefined) values.push(limitKeys);
  if (rest !== undefined) values.push(rest);
  return values;
}

const PACKED: ReadonlySet<string> = new Set<PackedField>([
  "id",
  "type",
  "inputJson",
  "priority",
  "maxAttempts",
  "timeoutMs",
  "createdMs",
  "requestId",
  "brand",
  "limitKeys",
  "batchId",
]);

function restOf(task: NewTask): Record<string, unknown> | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const name in task) {
    const value = task[name as keyof NewTask];
    if (value === undefined || value === DEFAULT_BACKOFF || PACKED.has(name)) continue;
    (rest ??= {})[name] = value;
  }
  return rest;
}

function unpackTask(values: Values): NewTask {
  const task = {
    id: values[0],
    type: values[1],
    inputJson: values[2],
    priority: values[3],
    maxAttempts: values[4],
    timeoutMs: values[5],
    createdMs: values[6],
    requestId: values[7],
    brand: values[8],
    limitKeys: values[9],
    backoff: DEFAULT_BACKOFF,
  } as NewTask;
  const rest = values[10] as Rest;
  return rest === undefined ? task : Object.assign(task, rest);
}

const ACCEPTED: EnqueueOutcome = { kind: "accepted" };

/** An answer to the call of that name, on its way. */
export function packAnswer(value: unknown, name: OpName): unknown {
  if (name === "claim") return (value as ClaimedTask[]).map(packClaimed);
  return name === "enqueue" && (value as EnqueueOutcome).kind === "accepted" ? 0 : value;
}

export function unpackAnswer(value: unknown, name: OpName): unknown {
  if (name === "claim") return (value as Values[]).map(unpackClaimed);
  return name === "enqueue" && value === 0 ? ACCEPTED : value;
}

function packClaimed(task: ClaimedTask): Values {
  const values: Values = [
    task.taskId,
    task.token,
    task.seq,
    task.type,
    task.inputJson,
    task.attempt,
    task.maxAttempts,
    task.timeoutMs,
    task.crashes,
    task.createdMs,
    task.startedMs,
    task.waitMs,
  ];
  const { brand, batchId, requestId, traceparent } = task;
  const backoff = task.backoff === DEFAULT_BACKOFF ? undefined : task.backoff;
  if (traceparent !== undefined) values.push(requestId, batchId, brand, backoff, traceparent);
  else if (backoff !== undefined) values.push(requestId, batchId, brand, backoff);
  else if (brand !== undefined) values.push(requestId, batchId, brand);
  else if (batchId !== undefined) values.push(requestId, batchId);
  else if (requestId !== undefined) values.push(requestId);
  return values;
}

function unpackClaimed(values: Values): ClaimedTask {
  const task = {
    taskId: values[0],
    token: values[1],
    seq: values[2],
    type: values[3],
    inputJson: values[4],
    attempt: values[5],
    maxAttempts: values[6],
    timeoutMs: values[7],
    crashes: values[8],
    createdMs: values[9],
    startedMs: values[10],
    waitMs: values[11],
    backoff: values[15] ?? DEFAULT_BACKOFF,
  } as ClaimedTask;
  if (values[12] !== undefined) task.requestId = values[12] as string;
  if (values[13] !== undefined) task.batchId = values[13] as string;
  if (values[14] !== undefined) task.brand = values[14] as string;
  if (values[16] !== undefined) task.traceparent = values[16] as string;
  return task;
}
