/**
 * What a task module (a file in `TASKS_DIR`) imports, and the door for a program that embeds the queue.
 * See docs/embedding.md for the latter.
 *
 * Every worker and every process task loads this module, so it stays light: whatever is behind `createTutti` is loaded
 * when that is called.
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
import type { Tutti, TuttiOptions } from "./embed/port.ts";

export {
  defineTask,
  type GuardedFetchInit,
  type TaskCache,
  type TaskContext,
  type TaskDefinition,
  type TaskLog,
} from "./tasks/define.ts";
export {
  DeferredError,
  InterruptedError,
  ServiceError,
  TaskError,
  type TaskErrorCode,
} from "./platform/errors.ts";
export { type VerifyOptions, verifySignature } from "./platform/webhook_signature.ts";
export { cached, type CachedOptions, type CallOptions } from "./cache/cached.ts";
export type { TaskOptions, Tutti, TuttiLogRecord, TuttiOptions } from "./embed/port.ts";

/**
 * The durable queue, its schedules and the cache inside this program, without HTTP. Disposing stops it.
 *
 * @example
 * ```ts ignore
 * await using tutti = await createTutti({
 *   dataDir: "data",
 *   tasks: [new URL("./tasks.ts", import.meta.url)],
 * });
 * const { text } = await tutti.run(greet, { name: "world" });
 * ```
 * @throws {Error} a folder, a file, a setting or a task module that cannot be used
 */
export async function createTutti(options: TuttiOptions): Promise<Tutti> {
  // Not a literal: Deno reads the modules behind a literal along with this one, 70 ms and 10 MB for each process task.
  const embed = new URL("./embed/tutti.ts", import.meta.url).href;
  const { openTutti } = await import(embed) as typeof import("./embed/tutti.ts");
  return await openTutti(options);
}
