import { assertEquals } from "@std/assert";
import type { DependencyFailure, NewTask } from "../../../src/queue/task.ts";
import { type Bench, type ContractTest, newTask } from "./bench.ts";

/** A parent that ends as told, with what each kind of child then is. */
async function childrenOf(at: Bench, end: "failed" | "cancelled", when: "before" | "after") {
  const parent = await at.put({ priority: 9 });
  const endIt = async () => {
    if (end === "cancelled") await at.store.cancel(parent);
    else await at.fail(await at.claimOne(), "dead");
  };
  if (when === "before") await endIt();
  const modes: (DependencyFailure | undefined)[] = [undefined, "fail", "cancel", "run"];
  const ids: string[] = [];
  for (const onDependencyFailure of modes) {
    ids.push(await at.put({ dependsOn: [parent], onDependencyFailure }));
  }
  if (when === "after") await endIt();
  return { parent, ids };
}

/** Tasks that wait for others. */
export function dependencies(test: ContractTest): void {
  test("a task waits until all it depends on have completed", async (at) => {
    const [a, b] = [await at.put(), await at.put()];
    const child = await at.put({ dependsOn: [a, b], priority: 10 });
    const waiting = await at.task(child);
    assertEquals([waiting.status, waiting.pendingDependencies], ["delayed", 2]);
    const claimed = await at.claim(9);
    assertEquals(claimed.map(({ taskId }) => taskId), [a, b]);
    await at.complete(claimed[1]!);
    assertEquals((await at.task(child)).pendingDependencies, 1);
    assertEquals(at.heard(), []);
    at.clock.advance(500);
    await at.complete(claimed[0]!);
    const free = await at.task(child);
    assertEquals([free.status, free.pendingDependencies], ["queued", undefined]);
    assertEquals(at.heard(), [`${child} queued`]);
    at.clock.advance(20);
    assertEquals((await at.claimOne()).waitMs, 20);
  });

  test("a failed attempt that is followed by another is no end", async (at) => {
    await at.put({ id: "parent" });
    const child = await at.put({ dependsOn: ["parent"] });
    await at.fail(await at.claimOne(), { waitMs: 10 });
    assertEquals((await at.task(child)).pendingDependencies, 1);
    at.clock.advance(10);
    await at.complete(await at.claimOne());
    assertEquals(await at.status(child), "queued");
  });

  for (const end of ["failed", "cancelled"] as const) {
    for (const when of ["before", "after"] as const) {
      test(`a parent that ${end} ${when} its children came: fail, cancel or run, as each says`, async (at) => {
        const { parent, ids } = await childrenOf(at, end, when);
        const tasks = await Promise.all(ids.map((id) => at.task(id)));
        assertEquals(tasks.map(({ status }) => status), ["failed", "failed", "cancelled", "queued"]);
        const how = end === "failed" ? "failed" : "was cancelled";
        const message = `It depends on ${parent}, which ${how}`;
        const error = { code: "dependency_failed", message, retryable: false } as const;
        assertEquals(tasks.map((task) => task.error), [error, error, undefined, undefined]);
        assertEquals(tasks.map((task) => task.pendingDependencies), [
          undefined,
          undefined,
          undefined,
          undefined,
        ]);
        const told = [`${ids[0]} failed`, `${ids[1]} failed`, `${ids[2]} cancelled`];
        assertEquals(at.heard(), (when === "after" ? [...told, `${ids[3]} queued`] : told).sort());
        assertEquals(await at.claimIds(9), [ids[3]]);
      });
    }
  }

  test("an end that is bad goes through the whole tree, and stops where a task says run", async (at) => {
    const root = await at.put({ id: "root" });
    const child = await at.put({ dependsOn: [root] });
    const grandchild = await at.put({ dependsOn: [child], onDependencyFailure: "cancel" });
    const great = await at.put({ dependsOn: [grandchild] });
    const runs = await at.put({ dependsOn: [great], onDependencyFailure: "run" });
    const below = await at.put({ dependsOn: [runs] });
    await at.store.cancel(root);
    const seen = await Promise.all([child, grandchild, great, runs, below].map((id) => at.status(id)));
    assertEquals(seen, ["failed", "cancelled", "failed", "queued", "delayed"]);
    assertEquals((await at.task(great)).error?.message, `It depends on ${grandchild}, which was cancelled`);
    await at.complete(await at.claimOne());
    assertEquals(await at.claimIds(9), [below]);
  });

  test("a task of the same request may be depended on if it comes earlier", async (at) => {
    const [first, second] = [newTask(), newTask()];
    second.dependsOn = [first.id];
    await at.enqueue({ tasks: [first, second] });
    assertEquals(await at.claimIds(9), [first.id]);
    const [late, early] = [newTask(), newTask()];
    early.dependsOn = [late.id];
    assertEquals(await at.store.enqueue({ tasks: [early, late] }), {
      kind: "unknown_dependency",
      taskId: late.id,
    });
    const own = newTask({ id: "own", dependsOn: ["own"] });
    assertEquals(await at.store.enqueue({ tasks: [own] }), { kind: "unknown_dependency", taskId: "own" });
    assertEquals(at.store.snapshot().accepted, 2);
  });

  test("a chain in one request whose first parent has ended badly ends as a whole", async (at) => {
    const root = await at.put();
    await at.store.cancel(root);
    const tasks = [newTask({ dependsOn: [root] }), newTask(), newTask()];
    tasks[1]!.dependsOn = [tasks[0]!.id];
    tasks[2]!.dependsOn = [tasks[1]!.id];
    await at.enqueue({ tasks });
    const ended = await Promise.all(tasks.map(({ id }) => at.status(id)));
    assertEquals(ended, ["failed", "failed", "failed"]);
    assertEquals(at.heard(), tasks.map(({ id }) => `${id} failed`).sort());
  });

  test("enqueue() refuses what depends on a task that is not there, as a whole", async (at) => {
    const tasks: NewTask[] = [newTask(), newTask({ dependsOn: ["nobody"] })];
    const refused = { kind: "unknown_dependency", taskId: "nobody" } as const;
    assertEquals(await at.store.enqueue({ tasks }), refused);
    assertEquals(
      await at.store.enqueue({ tasks, batch: { id: "b", createdMs: 1, maxConcurrent: 1 } }),
      refused,
    );
    assertEquals([at.store.snapshot().accepted, await at.store.getBatch("b")], [0, undefined]);
  });

  test("a task that depends on completed ones is queued at once", async (at) => {
    const parent = await at.put();
    await at.complete(await at.claimOne());
    const child = await at.put({ dependsOn: [parent] });
    assertEquals([await at.status(child), await at.claimIds(9)], ["queued", [child]]);
    assertEquals(at.heard(), []);
  });

  test("a task's own delay counts from its acceptance, beside its dependencies", async (at) => {
    const parent = await at.put();
    const long = await at.put({ dependsOn: [parent], delayMs: 2000 });
    const short = await at.put({ dependsOn: [parent], delayMs: 500 });
    at.clock.advance(1000);
    assertEquals((await at.task(short)).status, "delayed");
    await at.complete(await at.claimOne());
    assertEquals([await at.status(long), await at.status(short)], ["delayed", "queued"]);
    assertEquals((await at.task(long)).pendingDependencies, undefined);
    assertEquals(at.heard(), [`${long} delayed`, `${short} queued`].sort());
    assertEquals(await at.claimIds(9), [short]);
    at.clock.advance(1000);
    assertEquals(await at.claimIds(9), [long]);
  });

  test("cancel() of a task that waits for others ends it for good", async (at) => {
    const parent = await at.put();
    const child = await at.put({ dependsOn: [parent] });
    assertEquals(await at.store.cancel(child), { kind: "cancelled" });
    await at.complete(await at.claimOne());
    assertEquals(await at.status(child), "cancelled");
  });

  test("retry() waits again for what has not ended, and not for what ended badly", async (at) => {
    const [bad, slow] = [await at.put(), await at.put()];
    const child = await at.put({ dependsOn: [bad, slow] });
    await at.store.cancel(bad);
    assertEquals(await at.status(child), "failed");
    assertEquals(await at.store.retry(child), "retried");
    const again = await at.task(child);
    assertEquals([again.status, again.pendingDependencies, again.error], ["delayed", 1, undefined]);
    await at.complete(await at.claimOne());
    assertEquals(await at.claimIds(9), [child]);
  });

  test("a parent that is retried and ends again counts once for who waits for another one still", async (at) => {
    const [first, second] = [await at.put({ id: "first" }), await at.put({ id: "second" })];
    await at.store.cancel(first);
    const child = await at.put({ dependsOn: [first, second], onDependencyFailure: "run" });
    assertEquals((await at.task(child)).pendingDependencies, 1);
    await at.store.retry(first);
    assertEquals((await at.task(child)).pendingDependencies, 2);
    await at.store.cancel(first);
    const waiting = await at.task(child);
    assertEquals([waiting.status, waiting.pendingDependencies], ["delayed", 1]);
    await at.complete(await at.claimOne());
    assertEquals(await at.status(child), "queued");
  });

  test("retry() of a parent leaves its children as they are", async (at) => {
    const parent = await at.put();
    const failed = await at.put({ dependsOn: [parent] });
    const free = await at.put({ dependsOn: [parent], onDependencyFailure: "run" });
    await at.store.cancel(parent);
    await at.store.retry(parent);
    assertEquals([await at.status(failed), await at.status(free)], ["failed", "queued"]);
    await at.store.retry(failed);
    assertEquals((await at.task(failed)).pendingDependencies, 1);
  });

  test("a batch's tasks that depend on each other are all cancelled with it", async (at) => {
    const tasks = [newTask({ batchId: "b" }), newTask({ batchId: "b" }), newTask({ batchId: "b" })];
    tasks[1]!.dependsOn = [tasks[0]!.id];
    tasks[2]!.dependsOn = [tasks[1]!.id];
    await at.enqueue({ tasks, batch: { id: "b", createdMs: 1, maxConcurrent: 3 } });
    await at.store.cancelBatch("b");
    assertEquals((await at.store.getBatch("b"))?.counts, {
      queued: 0,
      delayed: 0,
      running: 0,
      completed: 0,
      failed: 0,
      cancelled: 3,
    });
  });
}
