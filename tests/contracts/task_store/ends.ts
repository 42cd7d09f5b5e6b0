import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type ContractTest, FAILURE, leaseOf, newTask } from "./bench.ts";

/** The ways a lease ends. */
export function ends(test: ContractTest): void {
  test("complete() stores the result and the times", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    at.clock.advance(40);
    assertEquals(await at.complete(claimed!), true);
    const stored = await at.store.get(id, { withResult: true });
    assertEquals(
      [stored?.status, stored?.resultJson, stored?.runMs, stored?.finishedMs],
      ["completed", '{"ok":true}', 12, 1_000_040],
    );
    assertEquals((await at.task(id)).resultJson, undefined);
  });

  test("complete() keeps a result of two megabytes to the letter", async (at) => {
    const id = await at.put();
    const text = Array.from({ length: 70_000 }, (_, i) => `part ${i} "שלום" \n\u0000 🙂`).join("");
    const resultJson = JSON.stringify(text);
    assert(resultJson.length > 2_000_000);
    await at.complete(await at.claimOne(), resultJson);
    assertEquals((await at.store.get(id, { withResult: true }))?.resultJson === resultJson, true);
    await at.store.remove(id);
    assertEquals(await at.store.get(id), undefined);
  });

  test("fail() delays the next attempt or ends for good", async (at) => {
    const id = await at.put({});
    const [first] = await at.claim(1);
    const end = { error: FAILURE, runMs: 3, finishedMs: at.clock.wallMs() };
    assertEquals(
      await at.store.fail([{ ...end, lease: leaseOf(first!), next: { waitMs: 500 } }]),
      [true],
    );
    const waiting = await at.task(id);
    assertEquals([waiting.status, waiting.runAtMs, waiting.error], ["delayed", 1_000_500, FAILURE]);
    assertEquals(await at.claim(1), []);
    at.clock.advanceTo(1_000_500);
    const [second] = await at.claim(1);
    assertEquals(second?.attempt, 2);
    assertNotEquals(second?.token, first?.token);
    assertEquals(await at.store.fail([{ ...end, lease: leaseOf(second!), next: "dead" }]), [true]);
    const dead = await at.task(id);
    assertEquals([dead.status, dead.attempts, dead.error], ["failed", 2, FAILURE]);
  });

  test("complete() after a failed attempt clears the error", async (at) => {
    const id = await at.put({});
    const [first] = await at.claim(1);
    await at.fail(first!, { waitMs: 0 });
    const [second] = await at.claim(1);
    await at.complete(second!);
    const stored = await at.task(id);
    assertEquals([stored.status, stored.error, stored.attempts], ["completed", undefined, 2]);
  });

  test("release() puts a task back at its old place without counting the attempt", async (at) => {
    const first = await at.put({});
    const second = await at.put({});
    const [claimed] = await at.claim(1);
    at.clock.advance(10_000);
    assertEquals(await at.store.release([{ lease: leaseOf(claimed!) }]), [true]);
    const back = await at.task(first);
    assertEquals([back.status, back.attempts, back.crashes], ["queued", 0, 0]);
    assertEquals(await at.claimIds(2), [first, second]);
  });

  test("release() with a crash counts the crash and not the attempt", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.store.release([{ lease: leaseOf(claimed!), crashed: true }]);
    const [again] = await at.claim(1);
    assertEquals([again?.taskId, again?.attempt, again?.crashes], [id, 1, 1]);
    const end = { lease: leaseOf(again!), error: FAILURE, runMs: 1, finishedMs: 1, crashed: true };
    await at.store.fail([{ ...end, next: "dead" }]);
    const dead = await at.task(id);
    assertEquals([dead.status, dead.crashes], ["failed", 2]);
  });

  test("release() with a time puts the task off until then: no attempt counted, its batch's place free", async (at) => {
    const batch = { id: "b-deferred", createdMs: 1, maxConcurrent: 1 };
    const [first, second] = [newTask(), newTask()];
    await at.store.enqueue({ tasks: [first, second], batch });
    const [claimed] = await at.claim(5);
    const retryAtMs = at.clock.wallMs() + 5000;
    assertEquals(await at.store.release([{ lease: leaseOf(claimed!), waitMs: 5000 }]), [true]);
    const put = await at.task(first.id);
    assertEquals([put.status, put.runAtMs, put.attempts, put.crashes, put.error], [
      "delayed",
      retryAtMs,
      0,
      0,
      undefined,
    ]);
    assertEquals((await at.store.getBatch(batch.id))?.counts.delayed, 1);
    const [other] = await at.claim(5);
    assertEquals(other?.taskId, second.id);
    assertEquals(await at.complete(other!), true);
    at.clock.advanceTo(retryAtMs - 1);
    assertEquals(await at.claim(5), []);
    at.clock.advanceTo(retryAtMs);
    const [again] = await at.claim(5);
    assertEquals([again?.taskId, again?.attempt, again?.waitMs], [first.id, 1, 0]);
    await at.store.cancel(first.id);
    await at.store.release([{ lease: leaseOf(again!), waitMs: 1 }]);
    const ended = await at.store.getBatch(batch.id);
    assertEquals([ended?.counts.cancelled, ended?.counts.completed], [1, 1]);
    assert(ended?.finishedMs !== undefined);
  });

  test("a lost lease changes nothing, whatever it says", async (at) => {
    const id = await at.put({});
    const [lost] = await at.claim(1);
    await at.store.release([{ lease: leaseOf(lost!) }]);
    const [held] = await at.claim(1);
    const lease = leaseOf(lost!);
    const before = await at.task(id);
    const end = { lease, runMs: 1, finishedMs: 1 };
    assertEquals(await at.store.complete([{ ...end, resultJson: "1" }]), [false]);
    assertEquals(await at.store.fail([{ ...end, error: FAILURE, next: "dead" }]), [false]);
    assertEquals(await at.store.release([{ lease, crashed: true }]), [false]);
    assertEquals(await at.store.endCancelled([{ lease, runMs: 1 }]), [false]);
    await at.store.progress([{ lease, progress: { done: 1, total: 2 } }]);
    assertEquals(
      await at.store.complete([{ ...end, lease: { ...leaseOf(held!), taskId: "x" }, resultJson: "1" }]),
      [
        false,
      ],
    );
    assertEquals(await at.task(id), before);
    assertEquals(await at.complete(held!), true);
    assertEquals(await at.complete(held!), false);
  });

  test("progress() shows on a running task and goes with its attempt", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.store.progress([{ lease: leaseOf(claimed!), progress: { done: 2, total: 5, message: "m" } }]);
    assertEquals((await at.task(id)).progress, { done: 2, total: 5, message: "m" });
    await at.store.release([{ lease: leaseOf(claimed!) }]);
    assertEquals((await at.task(id)).progress, undefined);
  });
}
