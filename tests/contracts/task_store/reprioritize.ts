import { assertEquals } from "@std/assert";
import { type ContractTest, leaseOf, newTask } from "./bench.ts";

/** Another priority for a task that is there already. */
export function reprioritize(test: ContractTest): void {
  test("reprioritize() moves a waiting task, which keeps its age", async (at) => {
    const old = await at.put({ priority: 3 });
    at.clock.advance(10);
    const young = await at.put({ priority: 7 });
    assertEquals(await at.store.reprioritize(old, 7), "changed");
    assertEquals((await at.task(old)).priority, 7);
    assertEquals(await at.claimIds(2), [old, young]);
  });

  test("reprioritize() of delayed, dependent and running tasks holds from when they are queued", async (at) => {
    const running = await at.put({ priority: 1 });
    const claimed = await at.claimOne();
    const delayed = await at.put({ priority: 1, delayMs: 1000 });
    const dependent = await at.put({ priority: 1, dependsOn: [running] });
    for (const id of [running, delayed, dependent]) {
      assertEquals(await at.store.reprioritize(id, 9), "changed");
      assertEquals((await at.task(id)).priority, 9);
    }
    await at.fail(claimed, { waitMs: 1000 });
    const plain = await at.put({ priority: 8 });
    at.clock.advance(1000);
    const [first, second] = await at.claim(2);
    assertEquals([first?.taskId, second?.taskId].sort(), [running, delayed].sort());
    for (const one of [first!, second!]) await at.complete(one);
    assertEquals(await at.claimIds(2), [dependent, plain]);
  });

  test("reprioritize() refuses ended and unknown tasks", async (at) => {
    const id = await at.put();
    await at.store.cancel(id);
    assertEquals(await at.store.reprioritize(id, 9), "ended");
    assertEquals(await at.store.reprioritize("unknown", 9), "not_found");
    assertEquals((await at.task(id)).priority, 5);
  });

  test("reprioritize() takes a task out of one line of turns into another", async (at) => {
    const tasks = ["a", "a", "b"].map((fairnessKey) => newTask({ fairnessKey, priority: 5 }));
    const other = newTask({ fairnessKey: "b", priority: 6 });
    await at.enqueue({ tasks: [...tasks, other] });
    await at.store.reprioritize(tasks[1]!.id, 6);
    // Level 6: b came first, then a; level 5: a, b.
    assertEquals(await at.claimIds(4), [tasks[1]!.id, other.id, tasks[0]!.id, tasks[2]!.id]);
  });

  test("reprioritize() of a running task does not touch its lease", async (at) => {
    const id = await at.put();
    const claimed = await at.claimOne();
    await at.store.reprioritize(id, 0);
    assertEquals(await at.store.release([{ lease: leaseOf(claimed) }]), [true]);
    const plain = await at.put({ priority: 1 });
    assertEquals(await at.claimIds(2), [plain, id]);
  });
}
