import { assertEquals } from "@std/assert";
import { type ContractTest, newTask } from "./bench.ts";

/** The task that follows a batch. */
export function onComplete(test: ContractTest): void {
  test("onComplete waits as delayed until every task of its batch has ended, however each did", async (at) => {
    const last = newTask({ priority: 10, type: "sum" });
    const ids = await at.putBatch("b", 3, 3, last);
    const waiting = await at.task(last.id);
    assertEquals([waiting.status, waiting.batchId, waiting.pendingDependencies], [
      "delayed",
      undefined,
      undefined,
    ]);
    const batch = await at.store.getBatch("b");
    assertEquals([batch?.total, batch?.onCompleteTaskId, batch?.counts.queued], [3, last.id, 3]);
    const claimed = await at.claim(2);
    await at.complete(claimed[0]!);
    await at.fail(claimed[1]!, "dead");
    assertEquals([await at.status(last.id), at.heard()], ["delayed", []]);
    at.clock.advance(700);
    await at.store.cancel(ids[2]!);
    assertEquals([await at.status(last.id), at.heard()], ["queued", [`${last.id} queued`]]);
    at.clock.advance(5);
    const run = await at.claimOne();
    assertEquals([run.taskId, run.batchId, run.waitMs], [last.id, "b", 5]);
    assertEquals((await at.store.batchResults("b", { limit: 9 })).map(({ id }) => id), ids);
    assertEquals((await at.store.list({ batchId: "b", limit: 9 })).length, 3);
  });

  test("onComplete comes once: a redriven task of the batch does not bring it again", async (at) => {
    const last = newTask({ priority: 10 });
    const [id] = await at.putBatch("b", 1, 1, last);
    await at.store.cancel(id!);
    await at.complete(await at.claimOne());
    await at.store.retry(id!);
    await at.complete(await at.claimOne());
    assertEquals([await at.status(last.id), await at.claimIds(9)], ["completed", []]);
  });

  test("onComplete is accepted with its batch or not at all", async (at) => {
    const taken = await at.put();
    const batch = { id: "b", createdMs: 1, maxConcurrent: 1, onComplete: newTask({ id: taken }) };
    assertEquals(await at.store.enqueue({ tasks: [newTask({ batchId: "b" })], batch }), {
      kind: "conflict",
      reason: "task_id",
      value: taken,
    });
    assertEquals([at.store.snapshot().accepted, await at.store.getBatch("b")], [1, undefined]);
  });

  test("onComplete may be cancelled and may expire while it waits", async (at) => {
    const cancelled = newTask();
    const [first] = await at.putBatch("b1", 1, 1, cancelled);
    assertEquals(await at.store.cancel(cancelled.id), { kind: "cancelled" });
    await at.store.cancel(first!);
    assertEquals(await at.status(cancelled.id), "cancelled");
    const expired = newTask({ expiresInMs: 1000 });
    await at.putBatch("b2", 1, 1, expired);
    at.clock.advance(1000);
    await at.claim(0);
    assertEquals(await at.status(expired.id), "failed");
  });

  test("cancelBatch() lets its onComplete go", async (at) => {
    const last = newTask();
    await at.putBatch("b", 2, 1, last);
    assertEquals((await at.store.cancelBatch("b"))?.cancelled, 2);
    assertEquals(await at.claimIds(9), [last.id]);
  });

  test("a batch whose tasks fail with a dependency before they run lets its onComplete go", async (at) => {
    const parent = await at.put();
    await at.store.cancel(parent);
    const last = newTask();
    const tasks = [newTask({ batchId: "b", dependsOn: [parent] }), newTask({ batchId: "b" })];
    await at.enqueue({ tasks, batch: { id: "b", createdMs: 1, maxConcurrent: 1, onComplete: last } });
    assertEquals(await at.status(last.id), "delayed");
    await at.complete(await at.claimOne());
    assertEquals(await at.claimIds(9), [last.id]);
  });
}
