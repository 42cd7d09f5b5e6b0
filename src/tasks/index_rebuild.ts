import { z } from "zod";
import type { IndexWork } from "../search/port.ts";
import { defineTask, type TaskDefinition } from "./define.ts";

const rebuildInput = z.union([
  z.strictObject({ generation: z.int().min(1), after_no: z.int().min(0), up_to_no: z.int().min(0) }),
  z.strictObject({ generation: z.int().min(1), finish: z.literal(true) }),
]);

const rebuildOutput = z.object({
  /** Documents brought over. */
  done: z.int().optional(),
  /** Whether the new generation serves now. */
  serving: z.boolean().optional(),
});

/** A slice of a rebuild, or, once all slices are done, the switch to what was built. */
export function createRebuildTask(
  deps: Pick<IndexWork, "rebuildIndex">,
): TaskDefinition<typeof rebuildInput, typeof rebuildOutput> {
  return defineTask({
    name: "index_rebuild",
    input: rebuildInput,
    output: rebuildOutput,
    isolation: "thread",
    load: "io",
    maxAttempts: 8,
    timeoutMs: 600_000,
    run: (input) => deps.rebuildIndex(input),
  });
}
