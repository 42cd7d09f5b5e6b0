import type { FieldError } from "../platform/errors.ts";
import type { Backoff } from "../queue/task.ts";
import type { TaskRegistry } from "./registry.ts";
import { schemaErrors } from "./schema_errors.ts";

/** A task type as the queue needs to know it; the shape of `TaskTypeInfo` in `queue/task_types.ts`. */
export interface TypeInfo {
  validate(input: unknown): { ok: true; json: string } | { ok: false; errors: FieldError[] };
  load: "io" | "cpu";
  timeoutMs?: number;
  maxAttempts?: number;
  backoff?: Partial<Backoff>;
  limitKeys?(input: unknown): string[];
  followUp?(input: unknown, origin: { brand?: string }): string | undefined;
}

/** The registry as the queue sees it. */
export function taskTypes(
  registry: TaskRegistry,
): { get(name: string): TypeInfo | undefined; names(): string[] } {
  const known = new Map<string, TypeInfo>();
  return {
    names: () => registry.names(),
    get(name) {
      const cached = known.get(name);
      if (cached !== undefined) return cached;
      const definition = registry.get(name)?.definition;
      if (definition === undefined) return undefined;
      const info: TypeInfo = {
        validate(input) {
          const checked = definition.input.safeParse(input);
          if (!checked.success) return { ok: false, errors: schemaErrors(checked.error) };
          // The input as it came, not as parsed: the worker parses it again, and a transform does not take its own
          // output (text to number, and then a number where text is wanted).
          return { ok: true, json: JSON.stringify(input) ?? "null" };
        },
        load: definition.load ?? "io",
        timeoutMs: definition.timeoutMs,
        maxAttempts: definition.maxAttempts,
        backoff: definition.backoff,
      };
      if (definition.limitKeys !== undefined) {
        info.limitKeys = (input) => definition.limitKeys!(definition.input.parse(input));
      }
      if (definition.followUp !== undefined) {
        info.followUp = (input, origin) => definition.followUp!(definition.input.parse(input), origin);
      }
      known.set(name, info);
      return info;
    },
  };
}
