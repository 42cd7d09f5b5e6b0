/** Random histories of `SqliteTaskStore` beside `MemoryTaskStore`, crashes among them. `QUEUE_HISTORIES` sets how many. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { StoreDuel } from "./store_duel.ts";

const HISTORIES = Number(Deno.env.get("QUEUE_HISTORIES") ?? 150);

const priority = fc.integer({ min: 0, max: 10 });
const type = fc.constantFrom("a", "b", "c");
const delayMs = fc.option(fc.integer({ min: -50, max: 400 }), { nil: undefined });
const pick = fc.nat({ max: 1000 });

const task = fc.record({ priority, type, delayMs });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enqueue" as const), task }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("batch" as const),
      tasks: fc.array(task, { minLength: 1, maxLength: 6 }),
      maxConcurrent: fc.integer({ min: 1, max: 3 }),
      /** A task that is in the queue already goes with it: the whole request is refused. */
      spoilt: fc.option(pick, { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("enqueueAgain" as const), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      max: fc.integer({ min: 1, max: 5 }),
      except: fc.option(type, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("complete" as const), pick, long: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fail" as const), pick, retryMs: delayMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("release" as const),
      pick,
      crashed: fc.boolean(),
      retryMs: delayMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("endCancelled" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("progress" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelBatch" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("retry" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), paused: fc.boolean() }) },
);
const tick = fc.record({
  afterMs: fc.integer({ min: -30, max: 200 }),
  calls: fc.array(step, { minLength: 1, maxLength: 4 }),
  /** After the calls' commit, before it (they never happened then), or not at all. */
  crash: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constant("after" as const) },
    { weight: 1, arbitrary: fc.constant("before" as const) },
  ),
});

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

Deno.test("SqliteTaskStore does what MemoryTaskStore does in any history, crashes between any two commits included", async () => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(tick, { minLength: 1, maxLength: 25 }), async (ticks) => {
      await using duel = await StoreDuel.begin();
      for (const { afterMs, calls, crash } of ticks) {
        duel.nowMs += afterMs;
        if (crash === "before") await duel.crashWith(calls);
        else await duel.tick(calls);
        if (crash === "after") await duel.crashWith([]);
        await duel.compare();
      }
      crashes += duel.crashes;
    }),
    { numRuns: HISTORIES },
  );
  assertEquals(
    crashes > HISTORIES / 2,
    true,
    "the histories must have crashed often enough to mean something",
  );
});
