import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { client } from "./client.ts";

type Problem = {
  code: string;
  status: number;
  errors?: { path: string; message: string }[];
  request_id: string;
};
type Accepted = { task_id: string; status: string };

Deno.test("GET /health says ok and names each part", async () => {
  const { call } = client();
  const { status, body } = await call<{ status: string; components: Record<string, { status: string }> }>(
    "/health",
  );
  assertEquals([status, body.status], [200, "ok"]);
  assertEquals(Object.keys(body.components), ["queue", "workers", "cache", "metrics", "chromadb", "search"]);
});

for (
  const [what, change] of [
    [
      "Chroma is unavailable",
      (s) => s.chroma = { status: "unavailable", mode: "local", reason: "x", restarts: 1 },
    ],
    ["workers are short", (s) => s.pool = { ...s.pool, alive: 3 }],
    ["metrics lines are dropped", (s) => s.sink = { written: 1, dropped: 2, lastError: "ENOSPC" }],
  ] as [string, (state: ReturnType<typeof client>["deps"]["state"]) => void][]
) {
  Deno.test(`GET /health says degraded when ${what}`, async () => {
    const { call, deps } = client();
    change(deps.state);
    const { status, body } = await call("/health");
    assertEquals([status, body.status], [200, "degraded"]);
  });
}

Deno.test("GET /health answers degraded when the queue does not answer", async () => {
  const { call, deps } = client();
  deps.queue.status = () => new Promise(() => {});
  const { body } = await call<{ status: string; components: { queue: { status: string } } }>("/health");
  assertEquals([body.status, body.components.queue.status], ["degraded", "unavailable"]);
});

Deno.test("GET /health and /health/ready say 503 while stopping, /health/live 200", async () => {
  const { call, deps } = client();
  deps.state.stopping = true;
  assertEquals([(await call("/health")).status, (await call("/health/ready")).status], [503, 503]);
  assertEquals((await call("/health/live")).status, 200);
  deps.state.stopping = false;
  deps.state.ready = false;
  assertEquals((await call("/health/ready")).body.status, "starting");
});

Deno.test("GET /api/system/status has the parts and the process", async () => {
  const { body } = await client().call<{ components: object; process: { rss_bytes: number } }>(
    "/api/system/status",
  );
  assertEquals(Object.keys(body.components), ["queue", "workers", "cache", "metrics", "chromadb", "search"]);
  assert(body.process.rss_bytes > 1e6);
});

Deno.test("POST /api/tasks hands every option to the queue in its own words", async () => {
  const { call, deps } = client();
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  const { status, body, headers } = await call<Accepted>("/api/tasks", {
    json: {
      type: "test",
      input: { delay_s: 1 },
      priority: 9,
      run_at: `${day}T00:00:00+02:00`,
      max_attempts: 7,
      backoff: { kind: "list", delays_s: [1, 2.5], jitter: 0 },
      timeout_ms: 5000,
      task_id: "mine.1",
      tags: ["a"],
      brand: "חליל",
    },
    headers: { "x-request-id": "r-1" },
  });
  assertEquals([status, body], [202, { task_id: "mine.1", status: "delayed" }]);
  assertEquals(headers.get("location"), "/api/tasks/mine.1");
  assertEquals(deps.queue.requests[0]!.options.requestId, "r-1");
  assertEquals(JSON.parse(JSON.stringify(deps.queue.requests[0]!.request)), {
    type: "test",
    input: { delay_s: 1 },
    priority: 9,
    runAtMs: Date.parse(`${day}T00:00:00Z`) - 2 * 3_600_000,
    maxAttempts: 7,
    backoff: { kind: "list", delaysMs: [1000, 2500], jitter: 0 },
    timeoutMs: 5000,
    taskId: "mine.1",
    tags: ["a"],
    brand: "חליל",
  });
});

for (
  const [what, json, path] of [
    ["an unknown field", { type: "test", webhook: "http://x" }, "webhook"],
    ["a priority out of range", { type: "test", priority: 11 }, "priority"],
    ["no type", {}, "type"],
    ["a task id with a slash", { type: "test", task_id: "../x" }, "task_id"],
    ["both delay_s and run_at", { type: "test", delay_s: 1, run_at: "2030-01-01T00:00:00Z" }, "run_at"],
    ["a time that is none", { type: "test", run_at: "tomorrow" }, "run_at"],
    ["a time years ahead", { type: "test", run_at: "2999-01-01T00:00:00Z" }, "run_at"],
    ["a wait beyond the queue's", { type: "test", backoff: { delay_s: 86_401 } }, "backoff.delay_s"],
    ["a list of waits without kind list", { type: "test", backoff: { delays_s: [1] } }, "backoff.delays_s"],
    ["__proto__ as a field", JSON.parse('{"type":"test","__proto__":{"priority":1}}'), "__proto__"],
  ] as [string, unknown, string][]
) {
  Deno.test(`POST /api/tasks answers 422 naming the place for ${what}`, async () => {
    const { status, body } = await client().call<Problem>("/api/tasks", { json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
  });
}

Deno.test("POST /api/tasks replays under an Idempotency-Key and refuses another body", async () => {
  const { call } = client();
  const post = (delay_s: number) =>
    call<Accepted & Problem>("/api/tasks", {
      json: { type: "test", input: { delay_s } },
      headers: { "idempotency-key": "k1" },
    });
  const first = await post(1);
  const second = await post(1);
  assertEquals(second.body, first.body);
  assertEquals([first.headers.get("idempotency-replayed"), second.headers.get("idempotency-replayed")], [
    null,
    "true",
  ]);
  const other = await post(2);
  assertEquals([other.status, other.body.code], [409, "conflict"]);
});

Deno.test("POST /api/tasks refuses an Idempotency-Key that is none", async () => {
  const { status, body } = await client().call<Problem>("/api/tasks", {
    json: { type: "test" },
    headers: { "idempotency-key": "a b" },
  });
  assertEquals([status, body.errors?.[0]?.path], [422, "Idempotency-Key"]);
});

Deno.test("GET /api/tasks pages through all tasks, newest first", async () => {
  const { call } = client();
  for (let i = 0; i < 5; i++) await call("/api/tasks", { json: { type: "test", task_id: `t${i}` } });
  const seen: string[] = [];
  let url: string | null = "/api/tasks?type=test&limit=2";
  while (url !== null) {
    const page: { body: { tasks: Accepted[]; next: string | null } } = await call(url);
    seen.push(...page.body.tasks.map((task) => task.task_id));
    url = page.body.next;
  }
  assertEquals(seen, ["t4", "t3", "t2", "t1", "t0"]);
});

for (const query of ["limit=0", "limit=201", "limit=x", "status=done", "batch_id=a%2fb", "limit=1&limit=2"]) {
  Deno.test(`GET /api/tasks?${query} answers 422`, async () => {
    assertEquals((await client().call(`/api/tasks?${query}`)).status, 422);
  });
}

Deno.test("GET /api/tasks/{id} sends the stored result as it is, times as RFC 3339", async () => {
  const { call, deps } = client();
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json: { type: "test" } });
  deps.queue.end(task_id, {
    status: "completed",
    resultJson: '{"big":1e3}',
    startedMs: 1000,
    finishedMs: 2000,
  });
  const response = await client().call(`/api/tasks/${task_id}`);
  assertEquals(response.status, 404);
  const { body } = await call(`/api/tasks/${task_id}`);
  assertEquals(body.result, { big: 1000 });
  assertEquals(body.finished_at, "1970-01-01T00:00:02.000Z");
});

Deno.test("GET /api/tasks/{id}?wait_s answers when the task ends", async () => {
  const { call, deps } = client();
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json: { type: "test" } });
  const waiting = call<Accepted>(`/api/tasks/${task_id}?wait_s=60`);
  while (deps.queue.waits.length === 0) await Promise.resolve();
  await Promise.resolve();
  deps.queue.end(task_id, { status: "completed" });
  assertEquals((await waiting).body.status, "completed");
});

for (const id of ["a%2fb", "a%00b", "a%0d%0ab", "a b", "%E2%82%AC", "x".repeat(129)]) {
  Deno.test(`GET /api/tasks/{id} answers 422 for the id ${id.slice(0, 12)}`, async () => {
    assertEquals((await client().call(`/api/tasks/${id}`)).status, 422);
  });
}

Deno.test("DELETE /api/tasks/{id} cancels once, then conflicts; retry queues it again", async () => {
  const { call } = client();
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json: { type: "test" } });
  assertEquals((await call(`/api/tasks/${task_id}/retry`, { method: "POST" })).status, 409);
  assertEquals((await call(`/api/tasks/${task_id}`, { method: "DELETE" })).body.status, "cancelled");
  assertEquals((await call(`/api/tasks/${task_id}`, { method: "DELETE" })).status, 409);
  const again = await call(`/api/tasks/${task_id}/retry`, { method: "POST" });
  assertEquals([again.status, again.body.status], [202, "queued"]);
  assertEquals((await call("/api/tasks/none", { method: "DELETE" })).status, 404);
});

Deno.test("POST /api/tasks/scrape/async queues what was asked, its own time-out before the attempt's", async () => {
  const { call, deps } = client();
  const { status, body } = await call<Accepted>("/api/tasks/scrape/async", {
    json: { url: "https://example.com/", brand: "halilit", priority: 5, formats: ["text"], timeout_ms: 1000 },
  });
  assertEquals(status, 202);
  assertMatch(body.task_id, /^scrape_halilit_\d+\.\d{3}-/);
  assertEquals(JSON.parse(JSON.stringify(deps.queue.requests[0]!.request)), {
    type: "scrape",
    input: { url: "https://example.com/", timeout_ms: 1000, formats: ["text"] },
    brand: "halilit",
    priority: 5,
    timeoutMs: 6000,
  });
});

for (
  const [path, json] of [
    ["/api/tasks/scrape/async", { url: "http://localhost/" }],
    ["/api/tasks", { type: "scrape", input: { url: "http://127.0.0.1/" } }],
    ["/api/scrape/batch", { urls: ["http://localhost/"] }],
  ] as const
) {
  Deno.test(`POST ${path} answers blocked_address before anything is queued`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>(path, { json });
    assertEquals([status, body.code, deps.queue.tasks.size], [422, "blocked_address", 0]);
  });
}

Deno.test("POST /api/scrape/batch refuses bad URLs by place, or leaves them out when told to", async () => {
  const { call, deps } = client();
  const urls = ["https://a.example/", "nonsense", "http://localhost/", "https://b.example/"];
  const refused = await call<Problem>("/api/scrape/batch", { json: { urls } });
  assertEquals([refused.status, refused.body.code], [422, "invalid_request"]);
  assertEquals(refused.body.errors?.map((each) => each.path), ["urls.1", "urls.2"]);
  assertEquals(deps.queue.tasks.size, 0);
  const taken = await call<
    { total: number; task_ids: string[]; invalid_urls: { url: string; code: string }[] }
  >(
    "/api/scrape/batch",
    { json: { urls, ignore_invalid: true, max_concurrent: 2 } },
  );
  assertEquals([taken.status, taken.body.total, taken.body.task_ids.length], [202, 2, 2]);
  assertEquals(taken.body.invalid_urls.map(({ url, code }) => [url, code]), [
    ["nonsense", "invalid_request"],
    ["http://localhost/", "blocked_address"],
  ]);
  const lenient = await call<{ total: number; invalid_urls: { url: string; code: string }[] }>(
    "/api/scrape/batch",
    { json: { urls: [" http://a.example/", "https://a.example/", "http:/a.example"], ignore_invalid: true } },
  );
  assertEquals([lenient.status, lenient.body.total], [202, 1]);
  assertEquals(lenient.body.invalid_urls.map(({ code }) => code), ["invalid_request", "invalid_request"]);
  const none = await call<Problem>("/api/scrape/batch", {
    json: { urls: ["nonsense"], ignore_invalid: true },
  });
  assertEquals(none.status, 422);
});

Deno.test("POST /api/scrape/batch takes 1 to 10000 URLs", async () => {
  const { call } = client();
  const post = (count: number) =>
    call("/api/scrape/batch", { json: { urls: Array(count).fill("https://a.example/") } });
  assertEquals([(await post(0)).status, (await post(10_000)).status, (await post(10_001)).status], [
    422,
    202,
    422,
  ]);
});

Deno.test("batches: state, results in order, cancel, 404", async () => {
  const { call, deps } = client();
  const { body: { batch_id, task_ids } } = await call<{ batch_id: string; task_ids: string[] }>(
    "/api/scrape/batch",
    {
      json: { urls: ["https://a.example/", "https://b.example/"] },
    },
  );
  assertEquals((await call(`/api/batches/${batch_id}`)).body.status, "queued");
  deps.queue.end(task_ids[0]!, { status: "completed", resultJson: '{"n":1}' });
  assertEquals((await call(`/api/batches/${batch_id}`)).body.status, "running");
  const page = await call<{ results: { task_id: string; result: unknown }[]; next: string }>(
    `/api/batches/${batch_id}/results?limit=1`,
  );
  assertEquals(page.body.results.map((each) => [each.task_id, each.result]), [[task_ids[0], { n: 1 }]]);
  const last = await call<{ results: unknown[]; next: null }>(page.body.next);
  assertEquals([last.body.results.length, last.body.next], [1, null]);
  assertEquals((await call(`/api/batches/${batch_id}`, { method: "DELETE" })).body.cancelled, 1);
  assertEquals((await call(`/api/batches/${batch_id}`)).body.status, "completed");
  assertEquals((await call("/api/batches/none")).status, 404);
});

Deno.test("queue status, pause and resume", async () => {
  const { call } = client();
  assertEquals((await call("/api/queue/pause", { method: "POST" })).body.paused, true);
  assertEquals((await call("/api/queue/resume", { method: "POST" })).body.paused, false);
  const { body } = await call("/api/tasks/queue/status");
  assertEquals([body.running, body.workers, body.accepted], [true, 4, 0]);
});

Deno.test("PATCH /api/workers resizes within 1..64", async () => {
  const { call } = client();
  const patch = (json: unknown) => call("/api/workers", { method: "PATCH", json });
  assertEquals((await patch({ count: 8 })).body.workers, 8);
  for (const json of [{ count: 0 }, { count: 65 }, { count: "8" }, {}]) {
    assertEquals((await patch(json)).status, 422);
  }
});

Deno.test("the cache: stats, the test value, and dropping by exactly one of key, prefix, tag", async () => {
  const { call } = client();
  assertEquals((await call("/api/test/cache")).body.cached, false);
  const second = await call<{ cached: boolean; stats: { hits: number } }>("/api/test/cache");
  assertEquals([second.body.cached, second.body.stats.hits], [true, 1]);
  assertEquals((await call("/api/cache?tag=test", { method: "DELETE" })).body, { deleted: 1 });
  assertEquals((await call("/api/test/cache")).body.cached, false);
  assertEquals((await call("/api/cache?prefix=test:", { method: "DELETE" })).body, { deleted: 1 });
  for (const query of ["", "?key=a&tag=b", "?prefix="]) {
    assertEquals((await call(`/api/cache${query}`, { method: "DELETE" })).status, 422);
  }
  assertEquals((await call("/api/cache/stats")).body.hits, 1);
});

Deno.test("POST /api/test/task takes 0..60 seconds, fractions too", async () => {
  const { call, deps } = client();
  const post = (delay: string) => call(`/api/test/task?delay=${delay}`, { method: "POST" });
  assertEquals((await post("0.25")).status, 202);
  assertEquals(deps.queue.requests[0]!.request, { type: "test", input: { delay_s: 0.25 } });
  for (const delay of ["61", "-1", "x", "1e3"]) assertEquals((await post(delay)).status, 422);
});

Deno.test("/api/test/* is 404 with TEST_ENDPOINTS=off", async () => {
  const { call } = client({ TEST_ENDPOINTS: "off" });
  assertEquals((await call<Problem>("/api/test/task", { method: "POST" })).body.code, "not_found");
  assertEquals((await call("/api/test/cache")).status, 404);
});

Deno.test("metrics: the summary over a window, and Prometheus text", async () => {
  const { call } = client();
  assertEquals((await call("/monitoring/metrics-summary?window_s=60")).body.window_s, 60);
  const { headers, body } = await call<string>("/metrics");
  assertEquals(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertStringIncludes(body, "tutti_up 1");
});

Deno.test("checking the URLs of a large batch lets others have their turn, and takes all of them or none", async () => {
  const { call, deps } = client();
  let sinceTurn = 0, most = 0, checked = 0;
  const check = deps.checkUrl;
  deps.checkUrl = (url) => {
    checked++;
    most = Math.max(most, ++sinceTurn);
    check(url);
  };
  let on = true;
  const turn = () => {
    sinceTurn = 0;
    if (on) setImmediate(turn);
  };
  setImmediate(turn);
  const urls = Array.from({ length: 10_000 }, (_, i) => `https://example.com/p/${i}`);
  const accepted = await call<{ total: number }>("/api/scrape/batch", { json: { urls } });
  urls[9_999] = "http://localhost/";
  const refused = await call("/api/scrape/batch", { json: { urls } });
  on = false;
  assertEquals([accepted.status, accepted.body.total, refused.status, checked], [202, 10_000, 422, 20_000]);
  assertEquals(deps.queue.tasks.size, 10_000);
  assert(most <= 500, `${most} in one turn of the event loop`);
});
