import { assert, assertEquals } from "@std/assert";
import { PoolHarness } from "./pool_harness.ts";

const DEFINE = new URL("../../src/mod.ts", import.meta.url).href;

Deno.test("pool runs a user's process task in a sandbox child and ends one that spins without losing its worker", async () => {
  const tasksDir = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  await Deno.writeTextFile(
    `${tasksDir}/mine.ts`,
    `import { defineTask } from ${JSON.stringify(DEFINE)};
import { z } from "npm:zod@4.6.7";
const any = { input: z.object({}), isolation: "process" as const };
export const pid = defineTask({ ...any, name: "pid", output: z.object({ pid: z.number() }), run: () => ({ pid: Deno.pid }) });
export const forever = defineTask({ ...any, name: "forever", output: z.any(), run: () => { while (true); } });
`,
  );
  try {
    await using h = await PoolHarness.start({ tasksDir });
    const outcome = await h.runOne("pid");
    assert(outcome.kind === "completed", JSON.stringify(outcome));
    assert(JSON.parse(outcome.resultJson).pid !== Deno.pid);
    const [spun, neighbour] = await h.run(
      h.attempt("forever", {}, { timeoutMs: 1500 }),
      h.attempt("test", { delay_s: 2 }),
    );
    assert(spun!.kind === "failed", JSON.stringify(spun));
    assertEquals(spun!.error.code, "timeout");
    assert(spun!.runMs < 2500 + 1000);
    assertEquals(neighbour!.kind, "completed");
    assertEquals(h.pool.status().abandoned, 0);
  } finally {
    await Deno.remove(tasksDir, { recursive: true });
  }
});
