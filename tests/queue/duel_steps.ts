import fc from "fast-check";
import type { DependencyFailure } from "../../src/queue/task.ts";

/** What a random history is made of: calls with everything in them drawn, but for ids and leases, which are picked. */

const pick = fc.nat({ max: 1000 });
const waitMs = fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined });
const type = fc.constantFrom("a", "b", "c");
const key = fc.constantFrom("k1", "k2", "type:a");
const rare = <T>(arbitrary: fc.Arbitrary<T>, freq = 4) => fc.option(arbitrary, { nil: undefined, freq });
/** `rare` draws undefined once in `freq`; this the other way round. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, oneIn = 5): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const task = fc.record({
  priority: fc.constantFrom(3, 5, 6),
  type,
  delayMs: seldom(fc.integer({ min: -50, max: 400 }), 4),
  /** From now by the wall clock; only where there is no delay. */
  runInMs: seldom(fc.integer({ min: -50, max: 3000 }), 6),
  expiresInMs: seldom(fc.integer({ min: 1, max: 500 }), 6),
  fairnessKey: rare(fc.constantFrom("x", "y", "z"), 3),
  brand: seldom(fc.constantFrom("x", "brand"), 4),
  limitKeys: seldom(fc.uniqueArray(fc.constantFrom("k1", "k2"), { minLength: 1, maxLength: 2 }), 3),
  dependsOn: seldom(fc.uniqueArray(pick, { minLength: 1, maxLength: 3 }), 4),
  onDependencyFailure: rare(fc.constantFrom<DependencyFailure>("fail", "cancel", "run"), 2),
  webhook: seldom(fc.constantFrom("all", "failed"), 8),
  tag: seldom(fc.constantFrom("t1", "t2"), 4),
});

export type TaskStep = typeof task extends fc.Arbitrary<infer T> ? T : never;

const filter = fc.record({
  status: rare(fc.constantFrom("queued", "delayed", "running", "completed", "failed", "cancelled"), 2),
  type: seldom(type, 3),
  tag: seldom(fc.constantFrom("t1", "t2"), 4),
  brand: seldom(fc.constantFrom("x"), 6),
});

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("many" as const),
      tasks: fc.array(task, { minLength: 2, maxLength: 8 }),
      spoilt: seldom(pick, 5),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      task,
      dedup: seldom(
        fc.record({
          key: fc.constantFrom("d1", "d2"),
          mode: fc.constantFrom("reject", "replace", "debounce", "throttle"),
          windowMs: fc.integer({ min: 1, max: 300 }),
        }),
        3,
      ),
      maxLength: seldom(fc.integer({ min: 1, max: 12 }), 8),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("batch" as const),
      tasks: fc.array(task, { minLength: 1, maxLength: 5 }),
      maxConcurrent: fc.integer({ min: 1, max: 3 }),
      onComplete: seldom(task, 2),
      /** A task that is in the queue already goes with it: the whole request is refused. */
      spoilt: seldom(pick, 5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("enqueueAgain" as const), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      max: fc.integer({ min: 1, max: 4 }),
      except: seldom(type, 4),
      atMost: seldom(
        fc.record({
          types: fc.uniqueArray(type, { minLength: 1, maxLength: 2 }),
          max: fc.integer({ min: 0, max: 2 }),
        }),
        4,
      ),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("complete" as const), pick, long: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("fail" as const), pick, waitMs, crashed: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("release" as const), pick, waitMs, crashed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("endCancelled" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("progress" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelBatch" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("retry" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("reprioritize" as const),
      pick,
      priority: fc.constantFrom(3, 5, 6),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("bulk" as const),
      action: fc.constantFrom("cancel", "retry", "remove", "reprioritize", "count"),
      filter,
      after: seldom(fc.nat({ max: 20 }), 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("purge" as const),
      status: fc.constantFrom("completed", "failed", "cancelled"),
      olderMs: rare(fc.nat({ max: 300 }), 2),
      keepNewest: rare(fc.nat({ max: 3 }), 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pause" as const), paused: fc.boolean(), key: rare(key) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("limit" as const),
      key,
      concurrency: rare(fc.integer({ min: 1, max: 3 }), 2),
      /** Starts in any 200 ms. Always 200: of a longer window than it had, a store need not know the starts. */
      starts: seldom(fc.integer({ min: 1, max: 3 }), 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeLimit" as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fire" as const),
      expected: fc.nat({ max: 2 }),
      next: rare(fc.nat({ max: 2 })),
      task: rare(task),
      dedup: seldom(fc.constantFrom("d1", "d2"), 3),
    }),
  },
);

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const DAY_MS = 86_400_000;

export const tick = fc.record({
  afterMs: fc.integer({ min: 0, max: 200 }),
  /** Somebody sets the wall clock, or it runs unevenly. */
  stepMs: seldom(fc.constantFrom(DAY_MS, -DAY_MS, 2500, -2500, 400, -400), 8),
  calls: fc.array(step, { minLength: 1, maxLength: 5 }),
  /** After the calls' commit, before it (they never happened then), or not at all. */
  crash: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constant("after" as const) },
    { weight: 1, arbitrary: fc.constant("before" as const) },
  ),
});

/** Milliseconds of waiting that are worth a step of priority. */
export const agingMs = fc.constantFrom(0, 100, 60_000);

export type Tick = typeof tick extends fc.Arbitrary<infer T> ? T : never;
