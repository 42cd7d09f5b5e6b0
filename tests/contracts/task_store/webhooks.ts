import { assert, assertEquals } from "@std/assert";
import { type Bench, type ContractTest, FAILURE, leaseOf, newTask } from "./bench.ts";

const URL = "https://example.com/hook";

async function hooksOf(at: Bench, taskId: string) {
  const found = await at.store.list({ tag: `webhook:${taskId}`, limit: 9 });
  return await Promise.all(found.map(async ({ id }) => (await at.store.get(id, { withInput: true }))!));
}

/** Webhook tasks, accepted by the commit that ends a task. */
export function webhooks(test: ContractTest): void {
  test("a task with a webhook that fails brings a webhook task that says so", async (at) => {
    const id = await at.put({ type: "scrape", brand: "x", requestId: "r", webhook: { url: URL } });
    await at.fail(await at.claimOne(), { waitMs: 0 });
    assertEquals((await hooksOf(at, id)).length, 0); // another attempt follows
    await at.fail(await at.claimOne(), "dead");
    const [hook, ...none] = await hooksOf(at, id);
    assert(hook !== undefined && none.length === 0 && hook.id.startsWith("webhook_"));
    const { type, status, priority, maxAttempts, timeoutMs, backoff, brand, requestId, webhook } = hook;
    assertEquals({ type, status, priority, maxAttempts, timeoutMs, backoff, brand, requestId, webhook }, {
      type: "webhook",
      status: "queued",
      priority: 5,
      maxAttempts: 8,
      timeoutMs: 30_000,
      backoff: { kind: "exponential", delayMs: 5000, maxMs: 3_600_000, jitter: 0.2 },
      brand: "x",
      requestId: "r",
      webhook: undefined,
    });
    assertEquals(JSON.parse(hook.inputJson), {
      url: URL,
      event: "task.failed",
      data: {
        task_id: id,
        type: "scrape",
        status: "failed",
        brand: "x",
        finished_at: "1970-01-01T00:16:40.000Z",
        error: FAILURE,
      },
    });
    assertEquals(at.told.map(({ taskId, type, status }) => [taskId, type, status]), [
      [hook.id, "webhook", "queued"],
    ]);
  });

  test("every way a task may end brings its webhook, also without a run", async (at) => {
    const webhook = { url: URL };
    const seen = async (id: string) =>
      (await hooksOf(at, id)).map(({ inputJson }) => JSON.parse(inputJson).event);
    const expired = await at.put({ webhook, expiresInMs: 10 });
    at.clock.advance(10);
    assertEquals([await at.status(expired), await seen(expired)], ["failed", ["task.failed"]]);
    const parent = await at.put({ webhook });
    const child = await at.put({ webhook, dependsOn: [parent] });
    await at.store.cancel(parent);
    assertEquals([await seen(parent), await seen(child)], [["task.cancelled"], ["task.failed"]]);
    const replaced = await at.put({ webhook, dedup: { key: "k", mode: "replace" } });
    await at.store.cancel(await at.put({ dedup: { key: "k", mode: "replace" } }));
    assertEquals(await seen(replaced), ["task.cancelled"]);
    const [member] = [newTask({ webhook, batchId: "b" })];
    await at.enqueue({ tasks: [member], batch: { id: "b", createdMs: 1, maxConcurrent: 1 } });
    await at.store.cancelBatch("b");
    const [hook] = await hooksOf(at, member.id);
    assertEquals(JSON.parse(hook!.inputJson).data.batch_id, "b");
    const running = await at.put({ webhook, priority: 10 });
    const claimed = await at.claimOne();
    await at.store.cancel(running);
    assertEquals(await seen(running), []);
    await at.store.endCancelled([{ lease: leaseOf(claimed), runMs: 1 }]);
    assertEquals(await seen(running), ["task.cancelled"]);
  });

  test("a webhook is told of the ends it asked for, again after a retry, and has none itself", async (at) => {
    const id = await at.put({ webhook: { url: URL, events: ["completed"] } });
    await at.store.cancel(id);
    assertEquals((await hooksOf(at, id)).length, 0);
    await at.store.retry(id);
    await at.complete(await at.claimOne());
    const [hook] = await hooksOf(at, id);
    assertEquals(JSON.parse(hook!.inputJson).data, {
      task_id: id,
      type: "test",
      status: "completed",
      finished_at: "1970-01-01T00:16:40.000Z",
    });
    await at.complete(await at.claimOne());
    assertEquals((await at.store.list({ limit: 9 })).length, 2);
    await at.store.remove(id);
    assertEquals((await at.store.list({ limit: 9 })).length, 1);
  });

  test("a webhook task of a task with a long id is found by the tag that is cut", async (at) => {
    const id = "i".repeat(128);
    await at.put({ id, webhook: { url: URL } });
    await at.store.cancel(id);
    const tag = `webhook:${id}`.slice(0, 128);
    assertEquals((await at.store.list({ tag, limit: 9 })).length, 1);
  });
}
