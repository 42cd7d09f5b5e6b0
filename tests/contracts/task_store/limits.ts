import { assertEquals } from "@std/assert";
import type { NewTask } from "../../../src/queue/task.ts";
import { type Bench, type ContractTest, newTask } from "./bench.ts";

async function putMany(at: Bench, count: number, given: Partial<NewTask>): Promise<string[]> {
  const tasks = Array.from({ length: count }, () => newTask(given));
  await at.enqueue({ tasks });
  return tasks.map(({ id }) => id);
}

/** Limits and pauses by key. */
export function limits(test: ContractTest): void {
  test("setLimit() holds how many of a key run at once, and others pass", async (at) => {
    await at.store.setLimit({ key: "host:y", concurrency: 2 });
    const limited = await putMany(at, 4, { limitKeys: ["host:y"] });
    const [free] = await putMany(at, 1, {});
    const claimed = await at.claim(10);
    assertEquals(claimed.map(({ taskId }) => taskId), [limited[0], limited[1], free]);
    assertEquals(await at.store.limits(), [{ key: "host:y", concurrency: 2, paused: false, running: 2 }]);
    await at.complete(claimed[2]!);
    assertEquals(await at.claimIds(10), []);
    await at.complete(claimed[0]!);
    assertEquals(await at.claimIds(10), [limited[2]]);
    await at.fail(claimed[1]!, "dead");
    assertEquals(await at.claimIds(10), [limited[3]]);
  });

  test("every way a lease ends gives the key's place back", async (at) => {
    await at.store.setLimit({ key: "type:test", concurrency: 1 });
    const ends = [
      async () => await at.fail(await at.claimOne(), { waitMs: 1e6 }),
      async () => await at.release(await at.claimOne(), 1e6),
      async () => void await at.store.endCancelled([{ lease: await at.claimOne(), runMs: 1 }]),
      async () => void await at.complete(await at.claimOne()),
    ];
    await putMany(at, ends.length, {});
    for (const end of ends) {
      await end();
      assertEquals((await at.store.limits())[0]?.running, 0);
    }
  });

  test("a task with several keys must pass all of them, its type's too", async (at) => {
    await at.store.setLimit({ key: "type:scrape", concurrency: 2 });
    await at.store.setLimit({ key: "brand:x", concurrency: 1 });
    const [x1, x2] = await putMany(at, 2, { type: "scrape", limitKeys: ["brand:x", "host:y"] });
    const [z1, z2] = await putMany(at, 2, { type: "scrape", limitKeys: ["brand:z"] });
    const claimed = await at.claim(10);
    assertEquals(claimed.map(({ taskId }) => taskId), [x1, z1]);
    await at.complete(claimed[1]!);
    assertEquals(await at.claimIds(10), [z2]);
    await at.complete(claimed[0]!);
    assertEquals(await at.claimIds(10), [x2]);
  });

  test("setLimit() holds how many start in any stretch of time, whatever became of them", async (at) => {
    await at.store.setLimit({ key: "host:y", rate: { count: 2, perMs: 1000 } });
    const ids = await putMany(at, 5, { limitKeys: ["host:y"] });
    const [first] = await at.claim(1);
    await at.complete(first!);
    at.clock.advance(600);
    assertEquals(await at.claimIds(10), [ids[1]]);
    at.clock.advance(399);
    assertEquals(await at.claimIds(10), []);
    at.clock.advance(1);
    assertEquals(await at.claimIds(10), [ids[2]]);
    at.clock.advance(599);
    assertEquals(await at.claimIds(10), []);
    at.clock.advance(1);
    assertEquals(await at.claimIds(10), [ids[3]]);
  });

  test("a task that is given back has started, as far as the rate goes", async (at) => {
    await at.store.setLimit({ key: "type:test", rate: { count: 1, perMs: 1000 } });
    const [id] = await putMany(at, 1, {});
    await at.release(await at.claimOne());
    assertEquals(await at.claimIds(1), []);
    at.clock.advance(1000);
    assertEquals(await at.claimIds(1), [id]);
  });

  test("limits that change hold at once for tasks that wait", async (at) => {
    const ids = await putMany(at, 8, { limitKeys: ["k"] });
    await at.store.setLimit({ key: "k", concurrency: 1 });
    assertEquals(await at.claimIds(10), [ids[0]]);
    await at.store.setLimit({ key: "k", concurrency: 3 });
    assertEquals(await at.claimIds(10), [ids[1], ids[2]]);
    await at.store.setLimit({ key: "k", concurrency: 1 });
    assertEquals(await at.claimIds(10), []);
    await at.store.setLimit({ key: "k", rate: { count: 2, perMs: 1000 } }); // in the place of the other one
    assertEquals(await at.claimIds(10), [ids[3], ids[4]]);
    await at.store.setLimit({ key: "k", rate: { count: 3, perMs: 1000 } }); // and remembers its starts
    assertEquals(await at.claimIds(10), [ids[5]]);
    assertEquals(await at.store.removeLimit("k"), true);
    assertEquals(await at.store.removeLimit("k"), false);
    assertEquals(await at.claimIds(10), [ids[6], ids[7]]);
    assertEquals(await at.store.limits(), []);
  });

  test("setPaused() with a key holds what carries it, and snapshot() and limits() say so", async (at) => {
    const [plain] = await putMany(at, 1, { type: "a" });
    const [branded] = await putMany(at, 1, { type: "a", limitKeys: ["brand:x"] });
    const [other] = await putMany(at, 1, { type: "b" });
    await at.store.setPaused(true, "type:b");
    await at.store.setPaused(true, "brand:x");
    assertEquals([at.store.snapshot().paused, at.store.snapshot().pausedKeys], [false, [
      "brand:x",
      "type:b",
    ]]);
    assertEquals(await at.claimIds(10), [plain]);
    await at.store.setPaused(false, "brand:x");
    assertEquals(await at.claimIds(10), [branded]);
    await at.store.setLimit({ key: "type:b", concurrency: 4, rate: { count: 9, perMs: 10 } });
    await at.store.removeLimit("type:b");
    assertEquals(await at.store.limits(), [{ key: "type:b", paused: true, running: 0 }]);
    assertEquals(await at.claimIds(10), []);
    await at.store.setPaused(false, "type:b");
    assertEquals(await at.claimIds(10), [other]);
    assertEquals([await at.store.limits(), at.store.snapshot().pausedKeys], [[], []]);
  });

  test("limits() gives the limits and pauses by key, with what runs", async (at) => {
    await at.store.setLimit({ key: "b", rate: { count: 1, perMs: 500 } });
    await at.store.setLimit({ key: "a", concurrency: 3 });
    await at.store.setPaused(true, "c");
    await putMany(at, 2, { limitKeys: ["a"] });
    await at.claim(2);
    assertEquals(await at.store.limits(), [
      { key: "a", concurrency: 3, paused: false, running: 2 },
      { key: "b", rate: { count: 1, perMs: 500 }, paused: false, running: 0 },
      { key: "c", paused: true, running: 0 },
    ]);
  });

  test("a level whose old tasks may not run does not go before one whose tasks may", async (at) => {
    await at.store.setPaused(true, "k");
    await at.put({ priority: 9, limitKeys: ["k"] });
    at.clock.advance(100);
    const low = await at.put({ priority: 8 });
    const high = await at.put({ priority: 9 });
    assertEquals(await at.claimIds(2), [high, low]);
  });
}
