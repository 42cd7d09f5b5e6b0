import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Call, Judge } from "./judge.ts";

const JSON_TYPE = { "content-type": "application/json" };
const NESTED = "[".repeat(100) + "]".repeat(100);
const BEYOND_8_MIB = " ".repeat(8 * 1024 * 1024 + 1);
const SCRAPE = "POST /api/tasks/scrape/async";
const BATCH = "POST /api/scrape/batch";
const TASKS = "POST /api/tasks";

/** Route, status, code, the place that is named (undefined: none is), what is sent. */
const REFUSALS: [string, number, string, string | undefined, Call?][] = [
  [TASKS, 400, "not_json", undefined, { body: "{", headers: JSON_TYPE }],
  [TASKS, 400, "not_json", undefined, { body: "", headers: JSON_TYPE }],
  [TASKS, 400, "not_json", undefined, { body: new Uint8Array([0x22, 0xff, 0x22]), headers: JSON_TYPE }],
  [TASKS, 415, "unsupported_media_type", undefined, {
    body: "{}",
    headers: { "content-type": "text/plain" },
  }],
  [TASKS, 413, "body_too_large", undefined, { body: BEYOND_8_MIB, headers: JSON_TYPE }],
  [TASKS, 422, "invalid_request", "", { body: NESTED, headers: JSON_TYPE }],
  [TASKS, 422, "invalid_request", "", { json: [] }],
  [TASKS, 422, "invalid_request", "type", { json: { type: "nobody" } }],
  [TASKS, 422, "invalid_request", "type", { json: {} }],
  [TASKS, 422, "invalid_request", "input.delay_s", { json: { type: "test", input: { delay_s: 61 } } }],
  [TASKS, 422, "invalid_request", "priority", { json: { type: "test", priority: 11 } }],
  [TASKS, 422, "invalid_request", "priority", { json: { type: "test", priority: -1 } }],
  [TASKS, 422, "invalid_request", "priority", { json: { type: "test", priority: 1.5 } }],
  [TASKS, 422, "invalid_request", "task_id", { json: { type: "test", task_id: "a/b" } }],
  [TASKS, 422, "invalid_request", "task_id", { json: { type: "test", task_id: "x".repeat(129) } }],
  // A client makes another path of an address that ends in one of these.
  [TASKS, 422, "invalid_request", "task_id", { json: { type: "test", task_id: "." } }],
  [TASKS, 422, "invalid_request", "task_id", { json: { type: "test", task_id: ".." } }],
  [TASKS, 422, "invalid_request", "max_attempts", { json: { type: "test", max_attempts: 0 } }],
  [TASKS, 422, "invalid_request", "run_at", { json: { type: "test", run_at: "2999-01-01T00:00:00Z" } }],
  [TASKS, 422, "invalid_request", "run_at", {
    json: { type: "test", run_at: "2026-01-01T00:00:00Z", delay_s: 1 },
  }],
  [TASKS, 422, "invalid_request", "backoff.delay_s", { json: { type: "test", backoff: { delay_s: 1e6 } } }],
  [TASKS, 422, "invalid_request", "colour", { json: { type: "test", colour: "red" } }],
  [TASKS, 422, "invalid_request", "Idempotency-Key", {
    json: { type: "test" },
    headers: { "idempotency-key": "a b" },
  }],
  [TASKS, 422, "blocked_address", undefined, {
    json: { type: "scrape", input: { url: "http://127.0.0.1:1/" } },
  }],
  [SCRAPE, 422, "blocked_address", undefined, { json: { url: "http://169.254.169.254/latest/meta-data" } }],
  [SCRAPE, 422, "blocked_address", undefined, { json: { url: "ftp://example.com/" } }],
  [SCRAPE, 422, "invalid_request", "url", { json: { url: "no address" } }],
  [SCRAPE, 422, "invalid_request", "max_age_s", { json: { url: "https://example.com/", max_age_s: -1 } }],
  [BATCH, 422, "invalid_request", "urls", { json: { urls: [] } }],
  [BATCH, 422, "invalid_request", "urls", { json: { urls: new Array(10_001).fill("https://example.com/") } }],
  [BATCH, 422, "invalid_request", "urls.1", { json: { urls: ["https://example.com/", "x"] } }],
  [BATCH, 422, "blocked_address", "urls.0", { json: { urls: ["http://10.0.0.1/"], ignore_invalid: true } }],
  [BATCH, 422, "invalid_request", "max_concurrent", {
    json: { urls: ["https://example.com/"], max_concurrent: 0 },
  }],
  ["PATCH /api/workers", 422, "invalid_request", "count", { json: { count: 0 } }],
  ["PATCH /api/workers", 422, "invalid_request", "count", { json: { count: 65 } }],
  ["POST /api/test/task?delay=61", 422, "invalid_request", "delay"],
  ["POST /api/test/task?delay=-1", 422, "invalid_request", "delay"],
  ["POST /api/test/task?delay=soon", 422, "invalid_request", "delay"],
  ["GET /api/tasks?limit=0", 422, "invalid_request", "limit"],
  ["GET /api/tasks?limit=201", 422, "invalid_request", "limit"],
  ["GET /api/tasks?status=done", 422, "invalid_request", "status"],
  ["GET /api/tasks?cursor=zz", 422, "invalid_request", "cursor"],
  ["GET /api/tasks?status=failed&status=queued", 422, "invalid_request", "status"],
  ["GET /api/tasks/none?wait_s=61", 422, "invalid_request", "wait_s"],
  ["GET /api/tasks/none", 404, "not_found", undefined],
  ["GET /api/tasks/a%2fb", 422, "invalid_request", "task_id"],
  ["GET /api/tasks/a%0d%0ab", 422, "invalid_request", "task_id"],
  ["DELETE /api/tasks/none", 404, "not_found", undefined],
  ["POST /api/tasks/none/retry", 404, "not_found", undefined],
  ["GET /api/batches/none", 404, "not_found", undefined],
  ["GET /api/batches/none/results", 404, "not_found", undefined],
  ["DELETE /api/batches/none", 404, "not_found", undefined],
  ["DELETE /api/cache", 422, "invalid_request", ""],
  ["DELETE /api/cache?key=a&prefix=b", 422, "invalid_request", ""],
  ["DELETE /api/cache?key=", 422, "invalid_request", "key"],
  ["GET /monitoring/metrics-summary?window_s=0", 422, "invalid_request", "window_s"],
  ["GET /monitoring/metrics-summary?window_s=3601", 422, "invalid_request", "window_s"],
  ["GET /docs/assets/none.js", 404, "not_found", undefined],
  ["GET /no/such/route", 404, "not_found", undefined],
  ["PUT /health", 405, "method_not_allowed", undefined],
  ["GET /api/scrape/batch", 405, "method_not_allowed", undefined],
];

Deno.test("what is wrong with a request is told by a problem document with its stable code and its place", async (t) => {
  await using judge = await Judge.start();
  for (const [route, status, code, place, call] of REFUSALS) {
    const sent = JSON.stringify(call?.json ?? "").slice(0, 60);
    await t.step(`${route.slice(0, 60)} ${sent} -> ${status} ${code} ${place ?? ""}`, async () => {
      const problem = await judge.refused(route, status, code, call);
      assertEquals(problem.errors?.[0]?.path, place, JSON.stringify(problem));
      for (const { message } of problem.errors ?? []) assert(message.length > 3);
    });
  }

  await t.step("nothing of it was queued", async () => {
    assertEquals((await judge.call("GET /api/tasks/queue/status")).body.accepted, 0);
  });

  await t.step("405 names the methods there are", async () => {
    const { headers } = await judge.call("PUT /api/tasks", { expect: 405 });
    assertEquals(headers.get("allow"), "GET, HEAD, POST");
  });

  await t.step("a request id of the caller's own is kept, another is replaced", async () => {
    const ask = async (id: string) =>
      (await judge.call("GET /api/tasks/none", { headers: { "x-request-id": id } })).headers.get(
        "x-request-id",
      )!;
    assertEquals(await ask("Mine-1.a_b"), "Mine-1.a_b");
    assertEquals(await ask("x".repeat(128)), "x".repeat(128));
    assertMatch(await ask("x".repeat(129)), /^req_[0-9a-z]+$/);
    assertMatch(await ask("two words"), /^req_[0-9a-z]+$/);
  });
});

Deno.test("a full queue answers 503 queue_full with Retry-After, and stores nothing of what it refused", async () => {
  await using judge = await Judge.start({ env: { QUEUE_MAX_LENGTH: "2" } });
  const waiting = { json: { type: "test", delay_s: 100 } };
  await judge.call(TASKS, { ...waiting, expect: 202 });
  await judge.call(BATCH, { json: { urls: new Array(2).fill("https://example.com/") }, expect: 503 });
  await judge.call(TASKS, { ...waiting, expect: 202 });
  const { headers, body } = await judge.call(TASKS, { ...waiting, expect: 503 });
  assertEquals(body.code, "queue_full");
  assertMatch(headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  assertEquals((await judge.call("GET /api/tasks/queue/status")).body.accepted, 2);
});
