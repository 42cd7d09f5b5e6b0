import { assertEquals } from "@std/assert";
import { type Bench, type ContractTest, newTask } from "./bench.ts";

/** Puts tasks and ends them one after another, a millisecond apart; the last one ends at `1_000_000 + count`. */
async function ended(at: Bench, count: number, how: "completed" | "failed" | "cancelled"): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    at.clock.advance(1);
    ids.push(await at.put());
    if (how === "cancelled") await at.store.cancel(ids.at(-1)!);
    else if (how === "failed") await at.fail(await at.claimOne(), "dead");
    else await at.complete(await at.claimOne());
  }
  return ids;
}

/** Forgetting tasks, one by one and by retention. */
export function removal(test: ContractTest): void {
  test("remove() forgets an ended task and nothing else", async (at) => {
    const [id] = await ended(at, 1, "completed");
    const waiting = await at.put({ tags: ["x"] });
    const running = (await at.claimOne()).taskId;
    const delayed = await at.put({ delayMs: 100 });
    for (const one of [running, delayed]) assertEquals(await at.store.remove(one), "not_ended");
    assertEquals(await at.store.remove("unknown"), "not_found");
    assertEquals(await at.store.remove(id!), "removed");
    at.balanced();
    assertEquals(await at.store.remove(id!), "not_found");
    assertEquals(await at.store.get(id!), undefined);
    assertEquals((await at.store.list({ limit: 9 })).map((task) => task.id), [delayed, waiting]);
    const { accepted, counts, removed } = at.store.snapshot();
    assertEquals([accepted, counts.completed, removed], [2, 0, 1]);
  });

  test("remove() frees the id, and a new task's place in the order is its own", async (at) => {
    const [id] = await ended(at, 1, "failed");
    await at.store.remove(id!);
    await at.put({ id: id! });
    const again = await at.task(id!);
    assertEquals([again.seq, again.status, again.attempts], [2, "queued", 0]);
  });

  test("a batch goes with the last of its tasks, and another one may have its id", async (at) => {
    const ids = await at.putBatch("b", 2, 2);
    for (const claimed of await at.claim(2)) await at.complete(claimed);
    await at.store.remove(ids[0]!);
    assertEquals((await at.store.getBatch("b"))?.total, 1);
    await at.store.remove(ids[1]!);
    assertEquals(await at.store.getBatch("b"), undefined);
    const again = await at.putBatch("b", 1, 1);
    assertEquals(await at.claimIds(9), again);
    assertEquals((await at.store.getBatch("b"))?.total, 1);
  });

  test("purge() by age forgets those that ended before, of its status alone", async (at) => {
    const completed = await ended(at, 4, "completed");
    const failed = await ended(at, 2, "failed");
    at.clock.advance(1000);
    const purge = (limit: number) => at.store.purge({ status: "completed", endedBeforeMs: 1_000_004, limit });
    assertEquals(await purge(2), 2);
    at.balanced();
    assertEquals([await purge(2), await purge(2)], [1, 0]);
    const left = (await at.store.list({ limit: 9 })).map(({ id }) => id);
    assertEquals(left, [...failed].reverse().concat(completed[3]!));
    assertEquals(at.store.snapshot().removed, 3);
  });

  test("purge() by count keeps the latest accepted", async (at) => {
    const cancelled = await ended(at, 5, "cancelled");
    const waiting = await at.put();
    assertEquals(await at.store.purge({ status: "cancelled", keepNewest: 2, limit: 100 }), 3);
    assertEquals(await at.store.purge({ status: "cancelled", keepNewest: 2, limit: 100 }), 0);
    const left = (await at.store.list({ limit: 9 })).map(({ id }) => id);
    assertEquals(left, [waiting, cancelled[4], cancelled[3]]);
    assertEquals(await at.store.purge({ status: "cancelled", keepNewest: 0, limit: 1 }), 1);
    at.balanced();
  });

  test("purge() by age and count forgets what either names", async (at) => {
    const failed = await ended(at, 6, "failed");
    const request = { status: "failed", endedBeforeMs: 1_000_003, keepNewest: 3, limit: 100 } as const;
    assertEquals(await at.store.purge(request), 3);
    assertEquals(await at.store.purge({ ...request, keepNewest: 1 }), 2);
    assertEquals((await at.store.list({ limit: 9 })).map(({ id }) => id), [failed[5]]);
    assertEquals(await at.store.purge({ status: "failed", limit: 100 }), 0); // neither: nothing
  });

  test("tasks that were forgotten hold back nothing and nobody", async (at) => {
    const [first, second] = [newTask({ batchId: "b" }), newTask({ batchId: "b" })];
    const onComplete = newTask();
    await at.enqueue({
      tasks: [first, second],
      batch: { id: "b", createdMs: 1, maxConcurrent: 1, onComplete },
    });
    const child = await at.put({ dependsOn: [first.id, second.id] });
    await at.complete(await at.claimOne());
    assertEquals(await at.store.remove(first.id), "removed");
    at.balanced();
    assertEquals((await at.store.batchResults("b", { limit: 9 })).map(({ id }) => id), [second.id]);
    assertEquals((await at.task(child)).pendingDependencies, 1);
    await at.complete(await at.claimOne());
    assertEquals((await at.claimIds(9)).sort(), [child, onComplete.id].sort());
  });
}
