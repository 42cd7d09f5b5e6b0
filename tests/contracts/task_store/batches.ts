import { assert, assertEquals } from "@std/assert";
import { type ContractTest, leaseOf, newTask } from "./bench.ts";

/** Batches: their places, their end, their results. */
export function batches(test: ContractTest): void {
  test("a batch never has more than maxConcurrent tasks running", async (at) => {
    const ids = await at.putBatch("b1", 7, 3);
    const outside = await at.put({ priority: 0 });
    const claimed = await at.claim(10);
    assertEquals(claimed.map(({ taskId }) => taskId), [...ids.slice(0, 3), outside]);
    assertEquals(claimed[0]?.batchId, "b1");
    assertEquals(at.store.snapshot().counts.queued, 4);
    await at.complete(claimed[0]!);
    assertEquals(await at.claimIds(10), [ids[3]]);
    await at.store.cancel(ids[4]!);
    assertEquals(await at.claimIds(10), []);
    await at.fail(claimed[1]!, { waitMs: 4_000_000 }); // waiting for its next attempt: its place is free
    await at.fail(claimed[2]!, "dead");
    assertEquals(await at.claimIds(10), [ids[5], ids[6]]);
    const batch = await at.store.getBatch("b1");
    assertEquals(batch?.counts, { queued: 0, delayed: 1, running: 3, completed: 1, failed: 1, cancelled: 1 });
    assertEquals([batch?.total, batch?.maxConcurrent, batch?.finishedMs], [7, 3, undefined]);
  });

  test("listBatches() gives pages, newest first, with what each has come to", async (at) => {
    for (const id of ["b1", "b3", "b2"]) {
      await at.putBatch(id, 2, 1);
      at.clock.advance(id === "b3" ? 0 : 1);
    }
    const [first] = await at.claim(1);
    await at.complete(first!);
    const firstPage = await at.store.listBatches({ limit: 2 });
    assertEquals(firstPage.map(({ id }) => id), ["b3", "b2"]);
    const { createdMs, id } = firstPage.at(-1)!;
    const second = await at.store.listBatches({ limit: 2, before: { createdMs, id } });
    assertEquals(second.map(({ id, counts }) => [id, counts.completed]), [["b1", 1]]);
    assertEquals(second[0], await at.store.getBatch("b1"));
  });

  test("a batch's task that is released goes before those held behind it", async (at) => {
    const ids = await at.putBatch("b1", 4, 1);
    const [first] = await at.claim(5);
    await at.store.release([{ lease: leaseOf(first!) }]);
    assertEquals(await at.claimIds(5), [ids[0]]);
  });

  test("a batch's task whose retry falls due waits for a place", async (at) => {
    const ids = await at.putBatch("b1", 3, 1);
    const [first] = await at.claim(5);
    await at.fail(first!, { waitMs: 100 });
    const [second] = await at.claim(5);
    at.clock.advance(200);
    assertEquals(await at.claim(5), []);
    assertEquals((await at.task(ids[0]!)).status, "queued");
    await at.complete(second!);
    assertEquals((await at.claim(5)).length, 1);
  });

  test("of a batch's tasks that fall due together the best goes first, whenever each was due", async (at) => {
    const given = [{ priority: 0, runAtMs: 1_000_001 }, { priority: 10, runAtMs: 1_000_002 }];
    const tasks = given.map((one) => newTask({ ...one, batchId: "b1" }));
    await at.enqueue({ tasks, batch: { id: "b1", createdMs: 1, maxConcurrent: 1 } });
    at.clock.advanceTo(1_000_002);
    assertEquals(await at.claimIds(5), [tasks[1]!.id]);
  });

  test("getBatch() says when the last task has ended, and retry() opens the batch again", async (at) => {
    const ids = await at.putBatch("b1", 2, 2);
    const claimed = await at.claim(5);
    await at.complete(claimed[0]!);
    assertEquals((await at.store.getBatch("b1"))?.finishedMs, undefined);
    await at.fail(claimed[1]!, "dead");
    assert((await at.store.getBatch("b1"))?.finishedMs !== undefined);
    await at.store.retry(ids[1]!);
    assertEquals((await at.store.getBatch("b1"))?.finishedMs, undefined);
    assertEquals(await at.claimIds(5), [ids[1]]);
    assertEquals(await at.store.getBatch("unknown"), undefined);
  });

  test("cancelBatch() ends what waits and names what runs", async (at) => {
    const ids = await at.putBatch("b1", 6, 2);
    const [first, second] = await at.claim(5);
    await at.complete(first!);
    const outcome = await at.store.cancelBatch("b1");
    assertEquals(outcome?.cancelled, 4);
    assertEquals(outcome?.running, [leaseOf(second!)]);
    assertEquals(outcome?.ended.map(({ taskId }) => taskId).sort(), ids.slice(2).sort());
    assertEquals(await at.claim(5), []);
    await at.store.endCancelled([{ lease: leaseOf(second!), runMs: 1 }]);
    const batch = await at.store.getBatch("b1");
    assertEquals([batch?.counts.cancelled, batch?.counts.completed], [5, 1]);
    assert(batch?.finishedMs !== undefined);
    assertEquals(await at.store.cancelBatch("unknown"), undefined);
  });

  test("the end of a batch stays where it was when a task of it is forgotten", async (at) => {
    const [first] = await at.putBatch("b1", 2, 2);
    for (const claimed of await at.claim(2)) await at.complete(claimed);
    const ended = (await at.store.getBatch("b1"))?.finishedMs;
    at.clock.advance(5000);
    await at.store.remove(first!);
    const batch = await at.store.getBatch("b1");
    assertEquals([batch?.total, batch?.finishedMs], [1, ended]);
    assert(ended !== undefined);
  });

  test("batchResults() pages through a batch in the order given, with results", async (at) => {
    const ids = await at.putBatch("b1", 5, 5);
    await at.put({});
    for (const claimed of await at.claim(2)) await at.complete(claimed);
    const first = await at.store.batchResults("b1", { limit: 3 });
    assertEquals(first.map(({ id, resultJson }) => [id, resultJson]), [
      [ids[0], '{"ok":true}'],
      [ids[1], '{"ok":true}'],
      [ids[2], undefined],
    ]);
    const rest = await at.store.batchResults("b1", { after: first.at(-1)!.seq, limit: 3 });
    assertEquals(rest.map(({ id }) => id), ids.slice(3));
  });
}
