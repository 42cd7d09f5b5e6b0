import { type Backoff, DEFAULT_BACKOFF, type NewTask } from "../../task.ts";

/** What few tasks have, in one column: absent (NULL) for nearly all of them. */
export type RowOptions =
  & Pick<
    NewTask,
    | "tags"
    | "fairnessKey"
    | "limitKeys"
    | "dependsOn"
    | "onDependencyFailure"
    | "dedup"
    | "webhook"
    | "followUp"
    | "scheduleId"
    | "expiresInMs"
    | "traceparent"
  >
  & {
    backoff?: Backoff;
    /** Id of the batch whose end it waits, or waited, for. */
    completesBatch?: string;
  };

const NAMES = [
  "tags",
  "fairnessKey",
  "limitKeys",
  "dependsOn",
  "onDependencyFailure",
  "dedup",
  "webhook",
  "followUp",
  "scheduleId",
  "expiresInMs",
  "traceparent",
] as const;

const DEFAULT_TEXT = JSON.stringify(DEFAULT_BACKOFF);
/** Backoff objects are shared by many tasks: whether one is the default is found out once. */
const isDefault = new WeakMap<Backoff, boolean>();

/** The column's text, or null where the task has nothing but what is usual. */
export function writeOptions(task: NewTask, completesBatch?: string): string | null {
  let usual = isDefault.get(task.backoff);
  if (usual === undefined) {
    usual = JSON.stringify(task.backoff) === DEFAULT_TEXT;
    isDefault.set(task.backoff, usual);
  }
  let options: Record<string, unknown> | undefined = usual ? undefined : { backoff: task.backoff };
  for (const name of NAMES) {
    const value = task[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    (options ??= {})[name] = value;
  }
  if (completesBatch !== undefined) (options ??= {}).completesBatch = completesBatch;
  return options === undefined ? null : JSON.stringify(options);
}

const NONE: RowOptions = Object.freeze({});
/** Tasks of a batch have the same text: it is parsed once for all of a row. */
let lastText = "";
let lastOptions: RowOptions = NONE;

/** Shared: not to be changed. */
export function readOptions(text: string | null): Readonly<RowOptions> {
  if (text === null) return NONE;
  if (text !== lastText) {
    lastOptions = JSON.parse(text) as RowOptions;
    lastText = text;
  }
  return lastOptions;
}
