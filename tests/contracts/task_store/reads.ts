import { assertEquals } from "@std/assert";
import type { TaskStore } from "../../../src/queue/port.ts";
import { type NewTask } from "../../../src/queue/task.ts";
import { type ContractTest, leaseOf, newTask } from "./bench.ts";

/** Lists, counters and ages. */
export function reads(test: ContractTest): void {
  test("list() gives the newest first, by every filter and their combinations, page by page", async (at) => {
    const tasks: NewTask[] = [];
    for (let i = 0; i < 12; i++) {
      tasks.push(newTask({
        type: i % 2 === 0 ? "even" : "odd",
        brand: i % 3 === 0 ? "three" : undefined,
        tags: i % 4 === 0 ? ["four", "x"] : undefined,
        runAtMs: i === 11 ? 9_000_000 : undefined,
      }));
    }
    await at.store.enqueue({ tasks });
    const batchIds = await at.putBatch("b1", 3, 1);
    const [one, two, three] = await at.claim(3);
    await at.complete(one!);
    await at.fail(two!, "dead");
    assertEquals(three?.taskId, tasks[2]?.id);
    await at.store.cancel(tasks[3]!.id);
    const all = [...tasks.map(({ id }) => id), ...batchIds].reverse();
    const ids = async (query: Parameters<TaskStore["list"]>[0]) =>
      (await at.store.list(query)).map(({ id }) => id);
    const pick = (...indices: number[]) => indices.map((i) => tasks[i]!.id);

    assertEquals(await ids({ limit: 100 }), all);
    const page = await at.store.list({ limit: 4 });
    assertEquals(page.map(({ id }) => id), all.slice(0, 4));
    assertEquals(await ids({ limit: 4, before: page.at(-1)!.seq }), all.slice(4, 8));
    assertEquals(await ids({ limit: 100, type: "odd" }), pick(11, 9, 7, 5, 3, 1));
    assertEquals(await ids({ limit: 100, brand: "three" }), pick(9, 6, 3, 0));
    assertEquals(await ids({ limit: 100, tag: "four" }), pick(8, 4, 0));
    assertEquals(await ids({ limit: 2, tag: "four", before: page.at(-1)!.seq - 3 }), pick(4, 0));
    assertEquals(await ids({ limit: 100, batchId: "b1" }), [...batchIds].reverse());
    assertEquals(await ids({ limit: 100, status: "completed" }), pick(0));
    assertEquals(await ids({ limit: 100, status: "failed" }), pick(1));
    assertEquals(await ids({ limit: 100, status: "running" }), pick(2));
    assertEquals(await ids({ limit: 100, status: "cancelled" }), pick(3));
    assertEquals(await ids({ limit: 100, status: "delayed" }), pick(11));
    assertEquals(await ids({ limit: 100, status: "queued" }), [
      ...[...batchIds].reverse(),
      ...pick(10, 9, 8, 7, 6, 5, 4),
    ]);
    assertEquals(
      await ids({ limit: 2, status: "queued", type: "even", before: page.at(-1)!.seq }),
      pick(10, 8),
    );
    assertEquals(await ids({ limit: 9, brand: "three", status: "queued" }), pick(9, 6));
    assertEquals(
      await ids({ limit: 9, tag: "x", status: "completed", brand: "three", type: "even" }),
      pick(0),
    );
    assertEquals(await ids({ limit: 9, batchId: "b1", status: "failed" }), []);
    assertEquals(await ids({ limit: 9, type: "unknown" }), []);
    assertEquals(await ids({ limit: 9, batchId: "unknown" }), []);
  });

  test("list() by the time of acceptance takes the first moment and leaves out the last", async (at) => {
    const ids: string[] = [];
    for (const createdMs of [100, 200, 300, 400]) ids.push(await at.put({ createdMs }));
    const found = await at.store.list({ limit: 9, createdFromMs: 200, createdBeforeMs: 400 });
    assertEquals(found.map(({ id }) => id), [ids[2], ids[1]]);
    assertEquals((await at.store.list({ limit: 9, createdBeforeMs: 200 })).map(({ id }) => id), [ids[0]]);
  });

  test("oldestQueuedMs() is the creation time of the longest waiting queued task", async (at) => {
    assertEquals(await at.store.oldestQueuedMs(), undefined);
    await at.put({ createdMs: 10, priority: 9 });
    await at.put({ createdMs: 20 });
    await at.put({ createdMs: 5, runAtMs: 9_000_000 });
    assertEquals(await at.store.oldestQueuedMs(), 10);
    const [first] = await at.claim(1);
    assertEquals(await at.store.oldestQueuedMs(), 20);
    await at.store.release([{ lease: leaseOf(first!) }]);
    assertEquals(await at.store.oldestQueuedMs(), 10);
  });

  test("snapshot() counts by status and type, and accepted is always their sum", async (at) => {
    for (let i = 0; i < 4; i++) await at.put({ type: "a" });
    await at.put({ type: "b", runAtMs: 9_000_000 });
    const [one, two, three] = await at.claim(3);
    await at.complete(one!);
    await at.fail(two!, "dead");
    await at.store.endCancelled([{ lease: leaseOf(three!), runMs: 0 }]);
    const { accepted, counts, byType } = at.store.snapshot();
    assertEquals(accepted, 5);
    assertEquals(counts, { queued: 1, delayed: 1, running: 0, completed: 1, failed: 1, cancelled: 1 });
    assertEquals(byType.a, { queued: 1, delayed: 0, running: 0, completed: 1, failed: 1, cancelled: 1 });
    assertEquals(byType.b, { queued: 0, delayed: 1, running: 0, completed: 0, failed: 0, cancelled: 0 });
  });
}
