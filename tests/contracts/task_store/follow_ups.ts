import { assert, assertEquals } from "@std/assert";
import { DEFAULT_BACKOFF } from "../../../src/queue/task.ts";
import { type Bench, type ContractTest, leaseOf } from "./bench.ts";

async function followersOf(at: Bench, taskId: string) {
  const found = await at.store.list({ type: "index", limit: 99 });
  const tasks = await Promise.all(
    found.map(async ({ id }) => (await at.store.get(id, { withInput: true }))!),
  );
  return tasks.filter(({ inputJson }) => JSON.parse(inputJson).task_id === taskId);
}

/** Tasks that follow others, accepted by the commit that ends those. */
export function followUps(test: ContractTest): void {
  test("a task that completes is followed by the task it asked for, once", async (at) => {
    const id = await at.put({ type: "scrape", brand: "x", requestId: "r", followUp: "index" });
    assertEquals((await at.store.get(id))!.followUp, "index");
    const claimed = await at.claimOne();
    await at.complete(claimed);
    await at.complete(claimed); // told twice
    const [follower, ...others] = await followersOf(at, id);
    assert(follower !== undefined && others.length === 0 && follower.id.startsWith("index"));
    const { type, status, priority, maxAttempts, timeoutMs, backoff, brand, requestId, followUp } = follower;
    assertEquals({ type, status, priority, maxAttempts, timeoutMs, backoff, brand, requestId, followUp }, {
      type: "index",
      status: "queued",
      priority: 6,
      maxAttempts: 8,
      timeoutMs: 60_000,
      backoff: DEFAULT_BACKOFF,
      brand: "x",
      requestId: "r",
      followUp: undefined,
    });
    assertEquals(at.told.map(({ taskId, type, status }) => [taskId, type, status]), [
      [follower.id, "index", "queued"],
    ]);
    const { accepted, counts } = at.store.snapshot();
    assertEquals([accepted, counts.completed, counts.queued], [2, 1, 1]);
  });

  test("a task that fails is followed when it has failed for good, one that is cancelled is not", async (at) => {
    const id = await at.put({ followUp: "index" });
    await at.fail(await at.claimOne(), { waitMs: 0 });
    assertEquals((await followersOf(at, id)).length, 0);
    await at.fail(await at.claimOne(), "dead");
    assertEquals((await followersOf(at, id)).length, 1);
    const waiting = await at.put({ followUp: "index", delayMs: 1e6 });
    await at.store.cancel(waiting);
    const running = await at.put({ followUp: "index", priority: 10 });
    const claimed = await at.claimOne();
    await at.store.cancel(running);
    await at.store.endCancelled([{ lease: leaseOf(claimed), runMs: 1 }]);
    assertEquals((await followersOf(at, waiting)).length + (await followersOf(at, running)).length, 0);
  });

  test("a task's traceparent is with its claim and with all that follows from its end", async (at) => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const id = await at.put({ followUp: "index", webhook: { url: "https://example.com" }, traceparent });
    await at.put({});
    assertEquals((await at.store.get(id))!.traceparent, traceparent);
    const claimed = await at.claimOne();
    assertEquals([claimed.taskId, claimed.traceparent, claimed.backoff], [id, traceparent, DEFAULT_BACKOFF]);
    assertEquals("traceparent" in await at.claimOne(), false);
    await at.complete(claimed);
    const followers = [
      ...await at.store.list({ type: "index", limit: 9 }),
      ...await at.store.list({ type: "webhook", limit: 9 }),
    ];
    assertEquals(followers.map(({ traceparent }) => traceparent), [traceparent, traceparent]);
    assertEquals((await at.claimOne()).traceparent, traceparent);
  });

  test("a task has its webhook and its follow-up, also where it ends without a run", async (at) => {
    const id = await at.put({
      followUp: "index",
      webhook: { url: "https://example.com" },
      expiresInMs: 10,
    });
    at.clock.advance(10);
    assertEquals(await at.status(id), "failed");
    assertEquals((await followersOf(at, id)).length, 1);
    assertEquals((await at.store.list({ type: "webhook", limit: 9 })).length, 1);
  });
}
