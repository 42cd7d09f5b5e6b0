import { assert, assertEquals } from "@std/assert";
import type { BulkOutcome, BulkRequest } from "../../../src/queue/port.ts";
import { type Bench, type ContractTest, leaseOf } from "./bench.ts";

/** Calls until there is no more, as the service does, and adds up. */
async function all(at: Bench, request: Omit<BulkRequest, "after">): Promise<BulkOutcome & { calls: number }> {
  const sum: BulkOutcome & { calls: number } = { matched: 0, changed: 0, running: [], changes: [], calls: 0 };
  let after: number | undefined;
  do {
    const outcome = await at.store.bulk({ ...request, after });
    at.balanced();
    assert(outcome.matched <= request.limit, "more were looked at than asked for");
    assert(outcome.next === undefined || outcome.next > (after ?? 0), "the walk must go on");
    sum.matched += outcome.matched;
    sum.changed += outcome.changed;
    sum.running.push(...outcome.running);
    sum.changes.push(...outcome.changes);
    sum.calls++;
    after = outcome.next;
  } while (after !== undefined && sum.calls < 50);
  assertEquals(after, undefined);
  return sum;
}

/** Seven tasks: completed, failed, cancelled, running, queued, queued (type `b`), delayed. */
async function oneOfEach(at: Bench) {
  const [completed, failed, cancelled] = [await at.put(), await at.put(), await at.put()];
  const [first, second] = await at.claim(2);
  await at.complete(first!);
  await at.fail(second!, "dead");
  await at.store.cancel(cancelled);
  const running = await at.put();
  const claimed = await at.claimOne();
  const queued = await at.put({ tags: ["x"] });
  const other = await at.put({ type: "b", tags: ["x"] });
  const delayed = await at.put({ delayMs: 1e6 });
  return { completed, failed, cancelled, running, claimed, queued, other, delayed };
}

/** One action on many tasks. */
export function bulk(test: ContractTest): void {
  for (const limit of [1, 2, 100]) {
    const paged = `, ${limit} at a time`;

    test(`bulk() cancels what has not ended${paged}`, async (at) => {
      const tasks = await oneOfEach(at);
      const outcome = await all(at, { action: "cancel", filter: {}, limit });
      assertEquals([outcome.matched, outcome.changed], [7, 4]);
      assertEquals(outcome.running, [leaseOf(tasks.claimed)]);
      const { queued, other, delayed } = tasks;
      assertEquals(
        outcome.changes.map(({ taskId, type, status, attempts }) => [taskId, type, status, attempts]),
        [[queued, "test", "cancelled", 0], [other, "b", "cancelled", 0], [delayed, "test", "cancelled", 0]],
      );
      assertEquals((await at.task(tasks.running)).cancelRequested, true);
      await at.store.endCancelled([{ lease: leaseOf(tasks.claimed), runMs: 1 }]);
      assertEquals(at.store.snapshot().counts, {
        queued: 0,
        delayed: 0,
        running: 0,
        completed: 1,
        failed: 1,
        cancelled: 5,
      });
    });

    test(`bulk() redrives what ended badly, oldest first${paged}`, async (at) => {
      const { failed, cancelled, queued, other } = await oneOfEach(at);
      at.clock.advance(1);
      const outcome = await all(at, { action: "retry", filter: {}, limit });
      assertEquals([outcome.matched, outcome.changed], [7, 2]);
      assertEquals(
        outcome.changes.map(({ taskId, status }) => [taskId, status]),
        [[failed, "queued"], [cancelled, "queued"]],
      );
      const again = await at.task(failed);
      assertEquals([again.attempts, again.error], [0, undefined]);
      assertEquals(await at.claimIds(9), [queued, other, failed, cancelled]);
    });

    test(`bulk() forgets what has ended${paged}`, async (at) => {
      const { completed, failed, cancelled } = await oneOfEach(at);
      const outcome = await all(at, { action: "remove", filter: {}, limit });
      assertEquals([outcome.matched, outcome.changed, outcome.changes], [7, 3, []]);
      for (const id of [completed, failed, cancelled]) assertEquals(await at.store.get(id), undefined);
      assertEquals([at.store.snapshot().accepted, at.store.snapshot().removed], [4, 3]);
    });

    test(`bulk() gives another priority to what has not ended${paged}`, async (at) => {
      const tasks = await oneOfEach(at);
      const plain = await at.put({ type: "c", priority: 8 });
      const outcome = await all(at, {
        action: "reprioritize",
        priority: 9,
        filter: { createdBeforeMs: 2e6, type: "test" },
        limit,
      });
      assertEquals([outcome.matched, outcome.changed], [6, 3]);
      assertEquals((await at.task(tasks.running)).priority, 9);
      assertEquals((await at.task(tasks.delayed)).priority, 9);
      assertEquals((await at.task(tasks.completed)).priority, 5);
      assertEquals(await at.claimIds(9), [tasks.queued, plain, tasks.other]);
    });

    test(`bulk() counts and changes nothing${paged}`, async (at) => {
      await oneOfEach(at);
      const before = await at.store.list({ limit: 100 });
      assertEquals((await all(at, { action: "count", filter: {}, limit })).matched, 7);
      assertEquals((await all(at, { action: "count", filter: { status: "queued" }, limit })).matched, 2);
      assertEquals(await at.store.list({ limit: 100 }), before);
    });
  }

  test("bulk() takes what every condition of its filter names", async (at) => {
    const early = await at.put({ brand: "x", createdMs: 100 });
    const ids = await at.putBatch("b1", 2, 1);
    const late = await at.put({ brand: "x", tags: ["y"], createdMs: 200, delayMs: 1000 });
    const matched = async (filter: BulkRequest["filter"]) =>
      (await all(at, { action: "count", filter, limit: 2 })).matched;
    assertEquals(await matched({ brand: "x" }), 2);
    assertEquals(await matched({ brand: "x", status: "delayed" }), 1);
    assertEquals(await matched({ brand: "x", createdFromMs: 101, createdBeforeMs: 201 }), 1);
    assertEquals(await matched({ createdBeforeMs: 200 }), 1);
    assertEquals(await matched({ tag: "y", type: "test" }), 1);
    assertEquals(await matched({ batchId: "b1" }), 2);
    assertEquals(await matched({ batchId: "unknown" }), 0);
    assertEquals(await matched({ type: "unknown" }), 0);
    await all(at, { action: "cancel", filter: { batchId: "b1" }, limit: 1 });
    assertEquals(await at.status(ids[1]!), "cancelled");
    assertEquals([await at.status(early), await at.status(late)], ["queued", "delayed"]);
    assert((await at.store.getBatch("b1"))?.finishedMs !== undefined);
  });

  test("bulk() does not come back to what its own action moved into the filter", async (at) => {
    for (let i = 0; i < 5; i++) await at.store.cancel(await at.put());
    const retried = await all(at, { action: "retry", filter: { status: "cancelled" }, limit: 2 });
    assertEquals([retried.matched, retried.changed], [5, 5]);
    const cancelled = await all(at, { action: "cancel", filter: { status: "queued" }, limit: 2 });
    assertEquals([cancelled.matched, cancelled.changed], [5, 5]);
  });
}
