import { assert, assertEquals, assertRejects } from "@std/assert";
import { createClient, TuttiProblem } from "../../src/client/mod.ts";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { startService } from "../e2e/service_process.ts";

/** A port that was free a moment ago: a service that starts again is to be found where it was. */
function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

Deno.test("a client at a service: tasks, batches, crawls, and what is refused", async (t) => {
  await using site = await serveSamplePages();
  await using service = await startService({ env: { WORKERS: "2", ALLOW_PRIVATE_HOSTS: site.host } });
  const tutti = createClient({ url: service.url });

  await t.step("a task, from its acceptance to its end", async () => {
    const { task_id, status } = await tutti.enqueue({
      type: "test",
      input: { delay_s: 0.2 },
      tags: ["mine"],
    });
    assertEquals(status, "queued");
    const statuses: string[] = [];
    for await (const { data } of tutti.taskEvents(task_id)) statuses.push(data.status);
    assertEquals(statuses.at(-1), "completed");
    assertEquals((await tutti.waitForTask(task_id)).result, { slept_s: 0.2 });
    assertEquals((await tutti.tasks({ tag: "mine" })).tasks.map((task) => task.task_id), [task_id]);
  });

  await t.step("the same key gets the same task", async () => {
    const options = { idempotencyKey: "order-1" };
    const [first, again] = [
      await tutti.enqueue({ type: "test" }, options),
      await tutti.enqueue({ type: "test" }, options),
    ];
    assertEquals(first, again);
  });

  await t.step("a batch, its progress and its results page after page", async () => {
    const { batch_id } = await tutti.enqueueBatch({
      type: "test",
      inputs: [{ delay_s: 0 }, { delay_s: 0.1 }, {}],
    });
    const dones: number[] = [];
    const { counts } = await tutti.waitForBatch(batch_id, {
      onProgress: ({ progress }) => dones.push(progress.done),
    });
    assertEquals([counts.completed, dones.at(-1)], [3, 3]);
    let results = 0;
    for await (const task of tutti.eachBatchResult(batch_id)) results += task.status === "completed" ? 1 : 0;
    assertEquals(results, 3);
    let tasks = 0;
    for await (const task of tutti.eachTask({ batch_id, limit: 1 })) {
      tasks += task.batch_id === batch_id ? 1 : 0;
    }
    assertEquals(tasks, 3);
  });

  await t.step("a page, a map and a crawl", async () => {
    const page = await tutti.scrape({ url: site.urls[0]!, formats: ["markdown"] });
    assert(JSON.stringify(page).includes('"markdown":"'));
    assert(JSON.stringify(await tutti.map({ url: `http://${site.host}/` })).includes(site.host));
    const { crawl_id } = await tutti.startCrawl({ start_urls: [`http://${site.host}/`], max_pages: 4 });
    const numbers: number[] = [];
    for await (const { number, result } of tutti.crawlResults(crawl_id)) {
      assert(result !== undefined);
      numbers.push(number);
    }
    assertEquals(numbers.toSorted(), [1, 2, 3, 4]);
    assertEquals((await tutti.crawl(crawl_id)).status, "completed");
  });

  await t.step("any route by its name", async () => {
    const limit = await tutti.request("PUT /api/limits/{key}", {
      path: { key: "tenant:7" },
      body: { concurrency: 2 },
    });
    assertEquals(limit.concurrency, 2);
    assertEquals((await tutti.queue.status()).running, true);
    assertEquals(await tutti.cache.clear({ tag: "none" }), { deleted: 0 });
  });

  await t.step("what is refused", async () => {
    const unknown = await assertRejects(() => tutti.task("nope"), TuttiProblem);
    assertEquals([unknown.code, unknown.status], ["not_found", 404]);
    const wrong = await assertRejects(() => tutti.enqueue({ type: "test", priority: 99 }), TuttiProblem);
    assertEquals([wrong.code, wrong.errors.map(({ path }) => path)], ["invalid_request", ["priority"]]);
    const off = await assertRejects(() => tutti.search("piano"), TuttiProblem);
    assertEquals([off.code, off.status], ["unavailable", 503]);
  });
});

Deno.test("events, and who waits for a task, go on when the service starts again", async () => {
  await using first = await startService({ env: { PORT: freePort(), WORKERS: "1" } });
  const tutti = createClient({ url: first.url });
  const { task_id } = await tutti.enqueue({ type: "test", input: { delay_s: 1 } });
  const end = tutti.waitForTask(task_id);
  const events = tutti.events();
  assertEquals((await events.next()).value?.event, "counters");

  await using second = await first.restart(); // kill -9, and the same folders on the same port
  assertEquals(second.url, first.url);
  assertEquals((await end).status, "completed");
  assertEquals((await events.next()).value?.event, "reset");
  const later = await tutti.enqueue({ type: "test" });
  for await (const { event, data } of events) {
    if (event === "status" && data.task_id === later.task_id && data.status === "completed") break;
  }
});
