import { z } from "zod";
import type { IndexWork } from "../search/port.ts";
import { defineTask, type TaskDefinition } from "./define.ts";

/** `IndexOutcome` of `search/port.ts`. */
export const indexOutput = z.object({
  document_id: z.string().optional(),
  /** `gone`: it was there, and is not any more. `reread`: it has not changed, but is not in the index: it is read again. */
  change: z.enum(["new", "changed", "unchanged", "gone", "reread", "none"]),
  chunks: z.int().optional(),
  added: z.int().optional(),
  removed: z.int().optional(),
  kept: z.int().optional(),
  /** `owed`: Chroma cannot run here; the vectors are written when it can. */
  vectors: z.enum(["stored", "owed"]).optional(),
  reason: z.string().optional(),
  /** Of `reread`. */
  task_id: z.string().optional(),
});

const indexInput = z.strictObject({
  task_id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/).describe(
    "The scrape whose page is to be found by search",
  ),
});

/** Brings what a scrape found into the index; follows every scrape with `index`. Doing it twice is doing it once. */
export function createIndexTask(
  deps: Pick<IndexWork, "indexScrape">,
): TaskDefinition<typeof indexInput, typeof indexOutput> {
  return defineTask({
    name: "index",
    input: indexInput,
    output: indexOutput,
    isolation: "thread",
    load: "io",
    maxAttempts: 8,
    timeoutMs: 60_000,
    run: ({ task_id }) => deps.indexScrape(task_id),
  });
}
