import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createClient, TuttiProblem, TuttiUnreachable } from "../../src/client/mod.ts";
import { broken, json, problem, type Scene, scripted } from "./answers.ts";

const ACCEPTED = json({ task_id: "t1", status: "queued" }, { status: 202 });
const NOW = { "retry-after": "0" };

function clientOf(...scenes: Scene[]) {
  const service = scripted(...scenes);
  return { service, client: createClient({ url: "http://tutti.example/below/", fetch: service.fetch }) };
}

Deno.test("a request goes below the path of the address, with the key and what was asked for", async () => {
  const service = scripted(json({ tasks: [], next: null }));
  const client = createClient({ url: "http://tutti.example/below/", apiKey: "s3cret", fetch: service.fetch });
  await client.tasks({ status: "failed", limit: 2 });
  const [{ url, method, headers }] = service.requests as [Request];
  assertEquals([method, url], ["GET", "http://tutti.example/below/api/tasks?status=failed&limit=2"]);
  assertEquals(headers.get("authorization"), "Bearer s3cret");
});

Deno.test("names in a path are encoded, and one that is missing is refused before anything is sent", async () => {
  const { service, client } = clientOf(json({}));
  await client.request("GET /api/limits/{key}", { path: { key: "tenant:7/x?" } });
  assertEquals(service.requests[0]!.url, "http://tutti.example/below/api/limits/tenant%3A7%2Fx%3F");
  await assertRejects(() => client.cancel(""), TypeError, "'task_id' must be given");
  assertEquals(service.requests.length, 1);
});

Deno.test("a creating POST is sent again with one and the same key, also after a broken connection", async () => {
  const { service, client } = clientOf(broken, problem(503, "queue_full", NOW), ACCEPTED);
  assertEquals(await client.enqueue({ type: "test" }), { task_id: "t1", status: "queued" });
  const keys = service.requests.map(({ headers }) => headers.get("idempotency-key"));
  assertEquals(keys.length, 3);
  assertEquals(new Set(keys).size, 1);
  assert(keys[0]!.length >= 32);
  assertEquals(await service.requests[2]!.json(), { type: "test" });
});

Deno.test("keys of two calls differ, and one of the caller's is kept", async () => {
  const { service, client } = clientOf(ACCEPTED);
  await client.enqueue({ type: "test" });
  await client.enqueue({ type: "test" });
  await client.enqueue({ type: "test" }, { idempotencyKey: "order-1" });
  const keys = service.requests.map(({ headers }) => headers.get("idempotency-key"));
  assertEquals([new Set(keys).size, keys[2]], [3, "order-1"]);
});

for (
  const [what, scenes, call, sent] of [
    ["a POST without a key", [problem(503, "unavailable", NOW)], "scrape", 1],
    ["a POST without a key whose connection broke", [broken], "scrape", 1],
    ["a POST that only reads", [problem(503, "unavailable", NOW)], "search", 3],
    ["a DELETE whose answer is lost", [broken], "cancel", 1],
    ["a DELETE that was refused for now", [problem(429, "rate_limited", NOW)], "cancel", 3],
    ["a read", [broken], "task", 3],
    ["a 503 that names no time", [problem(503, "unavailable")], "task", 1],
    [
      "a 429 that asks for longer than is waited",
      [problem(429, "rate_limited", { "retry-after": "3600" })],
      "task",
      1,
    ],
    ["a 500", [problem(500, "internal", NOW)], "task", 1],
    ["a 404", [problem(404, "not_found", NOW)], "task", 1],
  ] as const
) {
  Deno.test(`${what} is sent ${sent === 1 ? "once" : `${sent} times`}`, async () => {
    const { service, client } = clientOf(...scenes);
    const calls = {
      scrape: () => client.scrape({ url: "https://example.com/" } as Parameters<typeof client.scrape>[0]),
      search: () => client.search("piano"),
      cancel: () => client.cancel("t1"),
      task: () => client.task("t1"),
    };
    await assertRejects(calls[call]);
    assertEquals(service.requests.length, sent);
  });
}

Deno.test("a Retry-After is waited for", async () => {
  const { client } = clientOf(problem(503, "unavailable", { "retry-after": "1" }), json({ task_id: "t1" }));
  const before = performance.now();
  await client.task("t1");
  assert(performance.now() - before >= 950);
});

Deno.test("a problem document is thrown with its fields", async () => {
  const errors = [{ path: "priority", message: "too big" }];
  const document = {
    type: "t",
    title: "T",
    status: 422,
    code: "invalid_request",
    detail: "D",
    request_id: "req_9",
    errors,
  };
  const { client } = clientOf(json(document, { status: 422, headers: { "retry-after": "7" } }));
  const thrown = await assertRejects(
    () => client.enqueue({ type: "test" }),
    TuttiProblem,
    "invalid_request: D",
  );
  assertEquals([thrown.code, thrown.status, thrown.request_id], ["invalid_request", 422, "req_9"]);
  assertEquals([thrown.errors, thrown.retry_after_s], [errors, 7]);
});

Deno.test("what a proxy answers in the service's place is a problem, too", async () => {
  const { client } = clientOf(() =>
    new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" })
  );
  const thrown = await assertRejects(() => client.status(), TuttiProblem);
  assertEquals([thrown.code, thrown.status], ["unexpected_answer", 502]);
  assertEquals(thrown.detail, "502 Bad Gateway: <h1>Bad gateway</h1>");
});

Deno.test("an abort ends a call at once: before it, during it and in the wait between two tries", async () => {
  const hangs: Scene = (request) =>
    new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
  await assertRejects(
    () => clientOf(json({})).client.task("t", { signal: AbortSignal.abort(new Error("gone")) }),
    Error,
    "gone",
  );
  const during = new AbortController();
  const call = clientOf(hangs).client.task("t", { signal: during.signal });
  during.abort(new Error("gone"));
  await assertRejects(() => call, Error, "gone");
  const between = new AbortController();
  const { service, client } = clientOf(() => {
    queueMicrotask(() => between.abort(new Error("gone")));
    return problem(503, "unavailable", { "retry-after": "20" })(new Request("http://x"));
  });
  await assertRejects(() => client.task("t", { signal: between.signal }), Error, "gone");
  assertEquals(service.requests.length, 1);
});

Deno.test("nobody there is told with the address and the cause", async () => {
  const client = createClient({ url: "http://127.0.0.1:9", retries: 0 });
  const thrown = await assertRejects(
    () => client.status(),
    TuttiUnreachable,
    "Cannot reach http://127.0.0.1:9",
  );
  assertEquals([thrown.code, thrown.cause instanceof Error], ["unreachable", true]);
});

Deno.test("an address that is none is refused", () => {
  assertThrows(
    () => createClient({ url: "localhost:8080" }),
    TypeError,
    "'url' must be an http or https URL",
  );
  assertThrows(() => createClient({ url: "nothing" }), TypeError, "current value is nothing");
});
