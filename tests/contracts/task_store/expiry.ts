import { assertEquals } from "@std/assert";
import { type ContractTest, newTask } from "./bench.ts";

/** Queue deadlines. */
export function expiry(test: ContractTest): void {
  test("a task that has not begun by its deadline fails with `expired`, in any waiting state", async (at) => {
    const parent = await at.put({ expiresInMs: 60_000 });
    const ids = [
      await at.put({ expiresInMs: 1500 }),
      await at.put({ expiresInMs: 1500, delayMs: 9000 }),
      await at.put({ expiresInMs: 1500, dependsOn: [parent] }),
    ];
    at.clock.advance(1499);
    assertEquals(await at.status(ids[0]!), "queued");
    assertEquals(at.heard(), []);
    at.clock.advance(1);
    await at.claim(0);
    assertEquals(at.heard(), ids.map((id) => `${id} failed`));
    for (const id of ids) {
      const { status, error, finishedMs } = await at.task(id);
      assertEquals([status, error, finishedMs], [
        "failed",
        { code: "expired", message: "It had not begun within 1.5 s", retryable: false },
        1_001_500,
      ]);
    }
    assertEquals(await at.claimIds(5), [parent]);
  });

  test("a task that has begun never expires, also when it is given back or waits for its next attempt", async (at) => {
    await at.put({ expiresInMs: 1000 });
    await at.release(await at.claimOne());
    at.clock.advance(5000);
    await at.fail(await at.claimOne(), { waitMs: 100 });
    at.clock.advance(5000);
    await at.complete(await at.claimOne());
  });

  test("retry() of an expired task gives it all the time there is", async (at) => {
    const id = await at.put({ expiresInMs: 1000 });
    at.clock.advance(1000);
    assertEquals(await at.store.retry(id), "retried");
    at.clock.advance(50_000);
    assertEquals(await at.claimIds(1), [id]);
  });

  test("the end of an expired task is an end for all who wait for it", async (at) => {
    const tasks = [newTask({ batchId: "b", expiresInMs: 1000, webhook: { url: "https://example.com" } })];
    const onComplete = newTask();
    await at.enqueue({ tasks, batch: { id: "b", createdMs: 1, maxConcurrent: 1, onComplete } });
    const child = await at.put({ dependsOn: [tasks[0]!.id] });
    await at.store.setPaused(true);
    at.clock.advance(1000);
    await at.claim(1);
    assertEquals(await at.status(child), "failed");
    assertEquals(await at.status(onComplete.id), "queued");
    assertEquals((await at.store.list({ type: "webhook", limit: 9 })).length, 1);
    assertEquals((await at.store.getBatch("b"))?.finishedMs, 1_001_000);
  });
}
