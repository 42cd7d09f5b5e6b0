import { assert, assertEquals } from "@std/assert";
import { PoolHarness } from "./pool_harness.ts";

const DEFINE = new URL("../../src/mod.ts", import.meta.url).href;

Deno.test("ctx.batchId is the attempt's batch, in a thread task and in a process task", async () => {
  const tasksDir = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  await Deno.writeTextFile(
    `${tasksDir}/mine.ts`,
    `import { defineTask } from ${JSON.stringify(DEFINE)};
import { z } from "npm:zod@4.6.7";
const any = { input: z.any(), output: z.any(), run: (_: unknown, ctx: { batchId?: string }) => [ctx.batchId ?? null] };
export const inThread = defineTask({ ...any, name: "in-thread" });
export const inProcess = defineTask({ ...any, name: "in-process", isolation: "process" });
`,
  );
  try {
    await using h = await PoolHarness.start({ tasksDir });
    for (const type of ["in-thread", "in-process"]) {
      for (const batchId of ["batch_1", undefined]) {
        const outcome = await h.runOne(type, {}, { batchId });
        assert(outcome.kind === "completed", JSON.stringify(outcome));
        assertEquals([type, outcome.resultJson], [type, JSON.stringify([batchId ?? null])]);
      }
    }
  } finally {
    await Deno.remove(tasksDir, { recursive: true });
  }
});
