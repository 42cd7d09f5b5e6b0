import { assertEquals } from "@std/assert";
import { type ContractTest, leaseOf } from "./bench.ts";

/** Cancelling, and its opposite. */
export function cancels(test: ContractTest): void {
  test("cancel() ends a waiting task at once and leaves an ended one as it is", async (at) => {
    const queued = await at.put({});
    const delayed = await at.put({ runAtMs: 2_000_000 });
    for (const id of [queued, delayed]) {
      assertEquals(await at.store.cancel(id), { kind: "cancelled" });
      assertEquals((await at.task(id)).status, "cancelled");
      assertEquals(await at.store.cancel(id), { kind: "ended", status: "cancelled" });
    }
    assertEquals(await at.store.cancel("unknown"), { kind: "not_found" });
    at.clock.advanceTo(3_000_000);
    assertEquals(await at.claim(5), []);
  });

  test("cancel() marks a running task, and endCancelled() ends it", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    assertEquals(await at.store.cancel(id), { kind: "running", lease: leaseOf(claimed!) });
    const marked = await at.task(id);
    assertEquals([marked.status, marked.cancelRequested], ["running", true]);
    assertEquals(await at.store.endCancelled([{ lease: leaseOf(claimed!), runMs: 5 }]), [true]);
    assertEquals((await at.task(id)).status, "cancelled");
  });

  test("a running task whose cancel was asked for never goes back into the queue", async (at) => {
    for (const end of ["fail", "release"] as const) {
      const id = await at.put({});
      const [claimed] = await at.claim(1);
      await at.store.cancel(id);
      if (end === "fail") await at.fail(claimed!, { waitMs: 0 });
      else await at.store.release([{ lease: leaseOf(claimed!) }]);
      assertEquals((await at.task(id)).status, "cancelled");
    }
  });

  test("retry() starts a failed or cancelled task afresh, at the end of the queue", async (at) => {
    const failed = await at.put({});
    const [claimed] = await at.claim(1);
    await at.fail(claimed!, "dead");
    const cancelled = await at.put({});
    await at.store.cancel(cancelled);
    const waiting = await at.put({});
    assertEquals(await at.store.retry(waiting), "not_ended");
    assertEquals(await at.store.retry("unknown"), "not_found");
    at.clock.advance(5);
    assertEquals(await at.store.retry(failed), "retried");
    assertEquals(await at.store.retry(cancelled), "retried");
    const again = await at.task(failed);
    assertEquals([again.status, again.attempts, again.error, again.finishedMs], [
      "queued",
      0,
      undefined,
      undefined,
    ]);
    assertEquals(await at.claimIds(5), [waiting, failed, cancelled]);
  });

  test("retry() refuses a completed task", async (at) => {
    const id = await at.put({});
    const [claimed] = await at.claim(1);
    await at.complete(claimed!);
    assertEquals(await at.store.retry(id), "not_ended");
  });
}
