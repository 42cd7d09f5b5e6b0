import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { fieldsOf, type Json, Judge } from "./judge.ts";
import {
  CRAWL_ROUTES,
  DASHBOARD_ROUTES,
  QUEUE_ROUTES,
  SCHEDULE_ROUTES,
  SEARCH_ROUTES,
  STREAMS,
} from "./queue_routes.ts";

/** Fields the contract gives a task; the rest must be in the document, which the judge sees to. */
const TASK_FIELDS = ["attempts", "created_at", "max_attempts", "priority", "status", "task_id", "type"];
const COUNTS = ["cancelled", "completed", "delayed", "failed", "queued", "running"];
const QUEUE_STATUS = [
  "accepted",
  "busy",
  "counts",
  "oldest_queued_s",
  "paused",
  "running",
  "throughput_per_s",
  "types",
  "workers",
];

Deno.test("every route of the first release answers as the contract says", async (t) => {
  await using site = startSite({
    "/a.html": articlePage("A"),
    "/b.html": articlePage("B"),
    "/gone.html": () => new Response("no", { status: 404 }),
    "/slow.html": async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return new Response(articlePage("slow"), { headers: { "content-type": "text/html" } });
    },
  });
  await using judge = await Judge.start({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const accept = async (route: string, json: unknown, headers?: HeadersInit) => {
    const { body, headers: answered } = await judge.call(route, { json, headers, expect: 202 });
    assertEquals(answered.get("location"), `/api/tasks/${body.task_id}`);
    return body as { task_id: string; status: string };
  };

  await t.step("GET /metrics-summary, before anything was measured, says null and not 0", async () => {
    const { body } = await judge.call("GET /monitoring/metrics-summary?window_s=60", { expect: 200 });
    assertEquals(body.window_s, 60);
    assertEquals(body.cache.hit_rate, null);
    assertEquals(body.tasks.by_type, []);
    assertLess(body.covered_s, 60);
  });

  await t.step("GET /health, /health/live, /health/ready", async () => {
    const { body } = await judge.call("GET /health", { expect: 200 });
    assertEquals(body.status, "ok");
    assertEquals(fieldsOf(body), ["components", "status", "uptime_s", "version"]);
    assertEquals((await judge.call("GET /health/live")).body, { status: "ok" });
    assertEquals((await judge.call("GET /health/ready")).body, { status: "ok" });
  });

  await t.step("HEAD has the head of GET and no body", async () => {
    for (const path of ["/health", "/openapi.json", "/api/tasks/queue/status"]) {
      const response = await fetch(judge.service.url + path, { method: "HEAD" });
      assertEquals([response.status, await response.text()], [200, ""]);
    }
  });

  await t.step("GET /api/system/status", async () => {
    const { body } = await judge.call("GET /api/system/status", { expect: 200 });
    assertEquals(fieldsOf(body.components), ["cache", "chromadb", "metrics", "queue", "search", "workers"]);
    assert(body.process.rss_bytes > 1e7);
    assertEquals(body.components.chromadb.status, "off");
  });

  await t.step("POST /api/test/task", async () => {
    const { body, headers } = await judge.call("POST /api/test/task?delay=0.2", { expect: 202 });
    assertEquals(fieldsOf(body), ["status", "task_id"]);
    assertEquals(body.status, "queued");
    assertMatch(body.task_id, /^test_none_\d{10}\.\d{3}-[0-9a-z]+$/);
    assertEquals(headers.get("location"), `/api/tasks/${body.task_id}`);
    const task = await judge.ended(body.task_id);
    assertEquals([task.status, task.attempts, task.priority], ["completed", 1, 5]);
    assert(task.run_ms >= 190 && task.wait_ms >= 0, JSON.stringify(task));
    assert(task.created_at <= task.started_at && task.started_at < task.finished_at, JSON.stringify(task));
  });

  await t.step("GET /api/test/cache says cached on the second call, with the same value", async () => {
    const first = (await judge.call("GET /api/test/cache", { expect: 200 })).body;
    const second = (await judge.call("GET /api/test/cache", { expect: 200 })).body;
    assertEquals([first.cached, second.cached], [false, true]);
    assertEquals(first.value, second.value);
    assertEquals([second.stats.hits, second.stats.misses], [1, 1]);
  });

  await t.step("POST /api/tasks keeps every option, and GET shows it", async () => {
    const runAt = new Date(Date.now() + 3_600_000).toISOString();
    const { task_id, status } = await accept("POST /api/tasks", {
      type: "test",
      input: { delay_s: 0 },
      priority: 9,
      run_at: runAt,
      max_attempts: 7,
      backoff: { kind: "list", delays_s: [1, 2] },
      timeout_ms: 5000,
      task_id: "my.own-id_1",
      tags: ["one", "two"],
      brand: "halilit",
    });
    assertEquals([task_id, status], ["my.own-id_1", "delayed"]);
    const { body } = await judge.call(`GET /api/tasks/${task_id}`, { expect: 200 });
    for (const field of TASK_FIELDS) assert(field in body, `${field} is missing`);
    assertEquals(
      [body.status, body.priority, body.max_attempts, body.run_at, body.tags, body.brand],
      ["delayed", 9, 7, runAt, ["one", "two"], "halilit"],
    );
    await judge.refused("POST /api/tasks", 409, "conflict", { json: { type: "test", task_id } });
  });

  await t.step("a delayed task becomes delayed by delay_s, and its run_at says until when", async () => {
    const before = Date.now();
    const { task_id, status } = await accept("POST /api/tasks", { type: "test", delay_s: 100 });
    assertEquals(status, "delayed");
    const { body } = await judge.call(`GET /api/tasks/${task_id}`);
    assert(Math.abs(Date.parse(body.run_at) - before - 100_000) < 5000, body.run_at);
    assertEquals(
      (await judge.call(`DELETE /api/tasks/${task_id}`, { expect: 200 })).body.status,
      "cancelled",
    );
  });

  await t.step("Idempotency-Key replays the first answer and refuses another request", async () => {
    const headers = { "idempotency-key": "order-17" };
    const first = await judge.call("POST /api/tasks", { json: { type: "test" }, headers, expect: 202 });
    const again = await judge.call("POST /api/tasks", { json: { type: "test" }, headers, expect: 202 });
    assertEquals(again.text, first.text);
    assertEquals([first, again].map((each) => each.headers.get("idempotency-replayed")), [null, "true"]);
    assertEquals(again.headers.get("location"), first.headers.get("location"));
    await judge.refused("POST /api/tasks", 409, "conflict", { json: { type: "test", priority: 1 }, headers });
  });

  await t.step("GET /api/tasks lists newest first, filters, and its next leads on", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.unshift((await accept("POST /api/tasks", { type: "test", tags: ["paged"], brand: "b1" })).task_id);
    }
    await Promise.all(ids.map((id) => judge.ended(id)));
    const found: string[] = [];
    let next: string | null = "/api/tasks?tag=paged&limit=2";
    let pages = 0;
    for (; next !== null; pages++) {
      const { body }: { body: Json } = await judge.call(`GET ${next}`, { expect: 200 });
      found.push(...body.tasks.map((task: Json) => task.task_id));
      next = body.next;
    }
    assertEquals([found, pages], [ids, 3]);
    for (
      const [query, count] of [
        ["tag=paged&brand=b1&type=test&status=completed", 5],
        ["tag=paged&status=failed", 0],
        ["tag=paged&brand=b2", 0],
        ["tag=none", 0],
        ["batch_id=none", 0],
      ] as const
    ) {
      const { body } = await judge.call(`GET /api/tasks?${query}`, { expect: 200 });
      assertEquals([body.tasks.length, body.next], [count, null], query);
    }
  });

  await t.step("?wait_s= holds the answer until the end, and no longer than it says", async () => {
    const { task_id } = await accept("POST /api/tasks", { type: "test", input: { delay_s: 30 } });
    const beganMs = performance.now();
    const { body } = await judge.call(`GET /api/tasks/${task_id}?wait_s=1`, { expect: 200 });
    assert(performance.now() - beganMs >= 990);
    assertEquals(body.status, "running");
    assertEquals(body.finished_at, undefined);
    // A running one is told to stop; DELETE again is a conflict once it has ended.
    const stopping = (await judge.call(`DELETE /api/tasks/${task_id}`, { expect: 200 })).body;
    assert(["running", "cancelled"].includes(stopping.status));
    const task = await judge.ended(task_id);
    assertEquals(task.status, "cancelled");
    await judge.refused(`DELETE /api/tasks/${task_id}`, 409, "conflict");
    const retried = await judge.call(`POST /api/tasks/${task_id}/retry`, { expect: 202 });
    assertEquals(retried.headers.get("location"), `/api/tasks/${task_id}`);
    await judge.call(`DELETE /api/tasks/${task_id}`, { expect: 200 });
    await judge.ended(task_id);
  });

  await t.step("a completed task cannot be retried", async () => {
    const { task_id } = await accept("POST /api/tasks", { type: "test" });
    await judge.ended(task_id);
    await judge.refused(`POST /api/tasks/${task_id}/retry`, 409, "conflict");
  });

  await t.step("POST /api/tasks/scrape/async", async () => {
    const { task_id, status } = await accept("POST /api/tasks/scrape/async", {
      url: `${site.url}/a.html`,
      brand: "halilit",
      priority: 5,
    });
    assertEquals(status, "queued");
    assertMatch(task_id, /^scrape_halilit_\d{10}\.\d{3}-/);
    const task = await judge.ended(task_id);
    assertEquals(task.status, "completed", JSON.stringify(task.error));
    const failed = await judge.ended(
      (await accept("POST /api/tasks/scrape/async", { url: `${site.url}/gone.html` })).task_id,
    );
    assertEquals([failed.status, failed.error.code, failed.error.retryable], ["failed", "http_4xx", false]);
  });

  await t.step("POST /api/scrape/batch and GET, results, DELETE /api/batches/{batch_id}", async () => {
    const urls = [`${site.url}/a.html`, `${site.url}/b.html`, `${site.url}/gone.html`];
    const { body, headers } = await judge.call("POST /api/scrape/batch", {
      json: {
        urls: [...urls, "http://10.0.0.1/", "nonsense"],
        ignore_invalid: true,
        max_concurrent: 2,
        brand: "x",
      },
      expect: 202,
    });
    assertEquals(fieldsOf(body), ["batch_id", "invalid_urls", "status", "task_ids", "total"]);
    assertEquals([body.status, body.total, body.task_ids.length], ["queued", 3, 3]);
    assertEquals(body.invalid_urls.map((bad: Json) => [bad.index, bad.code]), [
      [3, "blocked_address"],
      [4, "invalid_request"],
    ]);
    assertEquals(headers.get("location"), `/api/batches/${body.batch_id}`);
    for (const id of body.task_ids) assertEquals((await judge.ended(id)).batch_id, body.batch_id);
    const batch = (await judge.call(`GET /api/batches/${body.batch_id}`, { expect: 200 })).body;
    assertEquals([batch.status, batch.total, batch.max_concurrent, batch.brand], ["completed", 3, 2, "x"]);
    assertEquals([batch.counts.completed, batch.counts.failed], [2, 1]);
    assert(batch.finished_at >= batch.created_at);

    const first =
      (await judge.call(`GET /api/batches/${body.batch_id}/results?limit=2`, { expect: 200 })).body;
    const second = (await judge.call(`GET ${first.next}`, { expect: 200 })).body;
    assertEquals(second.next, null);
    const results = [...first.results, ...second.results];
    assertEquals(results.map((task: Json) => task.task_id), body.task_ids);
    assertEquals(results.map((task: Json) => "result" in task), [true, true, false]);
    assertEquals(
      (await judge.call(`GET /api/tasks?batch_id=${body.batch_id}`)).body.tasks.length,
      3,
    );

    const slow = (await judge.call("POST /api/scrape/batch", {
      json: { urls: Array.from({ length: 8 }, (_, i) => `${site.url}/slow.html?${i}`), max_concurrent: 1 },
      expect: 202,
    })).body;
    const cancelled = (await judge.call(`DELETE /api/batches/${slow.batch_id}`, { expect: 200 })).body;
    assertEquals(fieldsOf(cancelled), ["batch_id", "cancelled", "cancelling"]);
    for (const id of slow.task_ids) await judge.ended(id);
    assertEquals((await judge.call(`GET /api/batches/${slow.batch_id}`)).body.status, "cancelled");
  });

  await t.step(
    "pause, resume and queue status: the fields of the contract, and books that balance",
    async () => {
      const paused = (await judge.call("POST /api/queue/pause", { expect: 200 })).body;
      assertEquals(paused.paused, true);
      const { task_id } = await accept("POST /api/tasks", { type: "test" });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const status = (await judge.call("GET /api/tasks/queue/status", { expect: 200 })).body;
      for (const field of QUEUE_STATUS) assert(field in status, `${field} is missing`);
      assertEquals(fieldsOf(status.counts), COUNTS);
      assertEquals([status.running, status.workers, status.counts.queued], [true, 4, 1]);
      assert(status.oldest_queued_s >= 0.2, `oldest_queued_s is ${status.oldest_queued_s}`);
      assertEquals(status.accepted, sum(status.counts));
      const types = Object.values<Record<string, number>>(status.types);
      assertEquals(types.reduce((total, each) => total + sum(each), 0), status.accepted);
      assertEquals((await judge.call("POST /api/queue/resume", { expect: 200 })).body.paused, false);
      assertEquals((await judge.ended(task_id)).status, "completed");
      assertEquals((await judge.call("GET /api/tasks/queue/status")).body.oldest_queued_s, null);
    },
  );

  await t.step("PATCH /api/workers grows and shrinks", async () => {
    for (const count of [8, 2]) {
      assertEquals(
        (await judge.call("PATCH /api/workers", { json: { count }, expect: 200 })).body.workers,
        count,
      );
      assertEquals((await judge.call("GET /api/tasks/queue/status")).body.workers, count);
    }
  });

  await t.step("what an operator looks at: batches, cache entries, settings, the log's level", async () => {
    const { batches } = (await judge.call("GET /api/batches?limit=1", { expect: 200 })).body;
    assert(Array.isArray(batches));
    await judge.call("GET /api/cache/entries", { expect: 200 });
    const { settings } = (await judge.call("GET /api/settings", { expect: 200 })).body;
    assert(settings.some(({ name }: { name: string }) => name === "WORKERS"));
    const { configured } = (await judge.call("GET /api/log-level", { expect: 200 })).body;
    const changed = await judge.call("PATCH /api/log-level", { json: { level: "error" }, expect: 200 });
    assertEquals(changed.body, { level: "error", configured });
    await judge.call("PATCH /api/log-level", { json: { level: configured }, expect: 200 });
    await judge.refused("PATCH /api/log-level", 422, "invalid_request", { json: { level: "loud" } });
  });

  await t.step("GET /api/cache/stats and DELETE /api/cache by key, prefix and tag", async () => {
    const stats = (await judge.call("GET /api/cache/stats", { expect: 200 })).body;
    assert(
      stats.entries >= 1 && stats.size_bytes > 0 && stats.max_bytes === 1024 ** 3,
      JSON.stringify(stats),
    );
    for (const query of ["key=test:cache", "prefix=test:", "tag=test"]) {
      await judge.call("GET /api/test/cache");
      assertEquals((await judge.call(`DELETE /api/cache?${query}`, { expect: 200 })).body, { deleted: 1 });
      assertEquals((await judge.call("GET /api/test/cache")).body.cached, false);
    }
    assertEquals((await judge.call("DELETE /api/cache?key=none", { expect: 200 })).body, { deleted: 0 });
  });

  await t.step("GET /monitoring/metrics-summary counts what this walk has done", async () => {
    const { body } = await judge.call("GET /monitoring/metrics-summary", { expect: 200 });
    assertEquals(body.window_s, 300);
    const { requests, tasks } = body;
    assertEquals(sum(requests.by_status), requests.total);
    assertEquals(sum(requests.statuses), requests.total);
    assertEquals(requests.by_route.reduce((n: number, route: Json) => n + route.count, 0), requests.total);
    const create = requests.by_route.find((r: Json) => r.route === "/api/tasks" && r.method === "POST");
    const { p50, p90, p99, max } = create.latency_ms;
    assert(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= max * 1.02, JSON.stringify(create));
    const scrapes = tasks.by_type.find((each: Json) => each.type === "scrape");
    assertEquals(scrapes.completed, 3);
    assert(scrapes.run_ms.p50 > 0);
    assert(body.event_loop_delay_ms.p99 > 0);
  });

  await t.step("GET /metrics, /docs, /openapi.json, /", async () => {
    const metrics = await judge.call("GET /metrics", { expect: 200 });
    assertMatch(metrics.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    const page = await judge.call("GET /docs", { expect: 200 });
    assertMatch(page.headers.get("content-security-policy")!, /default-src 'none'/);
    const assets = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!);
    assert(assets.length >= 3 && !/(?:src|href)="(?:https?:)?\/\//.test(page.text), page.text);
    for (const path of assets) await judge.call(`GET ${path}`, { expect: 200 });
    assertEquals((await judge.call("GET /openapi.json", { expect: 200 })).body.openapi.slice(0, 4), "3.1.");
    await judge.call("GET /", { expect: 200 });
  });

  await t.step("every route of the document was asked, and answered well", () => {
    const elsewhere = new Set([
      ...QUEUE_ROUTES,
      ...SCHEDULE_ROUTES,
      ...CRAWL_ROUTES,
      ...SEARCH_ROUTES,
      ...DASHBOARD_ROUTES,
      ...STREAMS,
    ]); // judged by tests of their own
    const routes = judge.document.operations().map(([method, path]) => `${method.toUpperCase()} ${path}`);
    const missed = judge.unanswered(routes.filter((route) => !elsewhere.has(route)));
    assertEquals(missed, []);
  });
});

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}
