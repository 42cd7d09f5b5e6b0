/** Random histories of `SqliteTaskStore` beside `MemoryTaskStore`, crashes among them. `QUEUE_HISTORIES` sets how many. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { agingMs, tick } from "./duel_steps.ts";
import { StoreDuel } from "./store_duel.ts";

const HISTORIES = Number(Deno.env.get("QUEUE_HISTORIES") ?? 150);
/** Of a failure, to see the very same histories again. */
const SEED = Deno.env.get("QUEUE_SEED");

Deno.test("SqliteTaskStore does what MemoryTaskStore does in any history, crashes between any two commits included", async () => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(tick, { minLength: 1, maxLength: 25 }), agingMs, async (ticks, agingMs) => {
      await using duel = await StoreDuel.begin({ agingMs });
      for (const one of ticks) await duel.tick(one);
      crashes += duel.crashes;
    }),
    { numRuns: HISTORIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
  assertEquals(
    crashes > HISTORIES / 2,
    true,
    "the histories must have crashed often enough to mean something",
  );
});
