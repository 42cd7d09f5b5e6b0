/**
 * What a task module (a file in `TASKS_DIR`) imports.
 *
 * @example
 * ```ts ignore
 * import { defineTask } from "../tutti/src/mod.ts";
 * import { z } from "npm:zod@4.6.7";
 *
 * export const greet = defineTask({
 *   name: "greet",
 *   input: z.object({ name: z.string() }),
 *   output: z.object({ text: z.string() }),
 *   run: ({ name }) => ({ text: `Hello ${name}` }),
 * });
 * ```
 */
export {
  defineTask,
  type GuardedFetchInit,
  type TaskCache,
  type TaskContext,
  type TaskDefinition,
  type TaskLog,
} from "./tasks/define.ts";
export { DeferredError, InterruptedError, TaskError, type TaskErrorCode } from "./platform/errors.ts";
