import type { FieldError } from "../platform/errors.ts";
import type { Backoff } from "./task.ts";

/** The task types the queue may accept, as much of them as it needs to know. The registry of tasks implements it. */
export interface TaskTypes {
  get(name: string): TaskTypeInfo | undefined;
  names(): string[];
}

export interface TaskTypeInfo {
  /** Checks an input and gives it as JSON text; `path` of an error is relative to the input. */
  validate(input: unknown): { ok: true; json: string } | { ok: false; errors: FieldError[] };
  /** Of `cpu` tasks a worker runs one at a time. */
  load: "io" | "cpu";
  timeoutMs?: number;
  maxAttempts?: number;
  backoff?: Partial<Backoff>;
  /** Keys its limits and pauses go by, beside `type:` and `brand:`, from an input that was found good. */
  limitKeys?(input: unknown): string[];
  /** Type of the task that is to follow one with this input (`NewTask.followUp`); undefined: none. */
  followUp?(input: unknown, origin: { brand?: string }): string | undefined;
}
