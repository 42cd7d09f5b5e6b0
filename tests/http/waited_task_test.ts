import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TaskError, type TaskErrorCode } from "../../src/platform/errors.ts";
import type { TaskRequest } from "../../src/queue/service_port.ts";
import type { StoredTask } from "../../src/queue/task.ts";
import { type Client, client } from "./client.ts";

type Problem = {
  code: string;
  detail: string;
  task_id?: string;
  task_error?: { code: string; message: string; retryable: boolean };
  errors?: { path: string }[];
};

const URL_ = "https://example.com/";
const ROUTES = [["/api/scrape", "scrape"], ["/api/map", "map"]] as const;

/** The task that is waited for, once it is. */
async function waitedFor({ deps: { queue } }: Client): Promise<StoredTask> {
  while (queue.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return [...queue.tasks.values()][0]!;
}

function requestOf({ deps }: Client): TaskRequest {
  return JSON.parse(JSON.stringify(deps.queue.requests[0]!.request));
}

for (const [path, type] of ROUTES) {
  Deno.test(`POST ${path} answers with the result of its task`, async () => {
    const it = client();
    const answer = it.call(path, { json: { url: URL_ }, headers: { "x-request-id": "r-1" } });
    const { id } = await waitedFor(it);
    it.deps.queue.end(id, { status: "running" });
    it.deps.queue.end(id, { status: "completed", resultJson: '{"url":"u","n":1e3}' });
    const { status, body } = await answer;
    assertEquals([status, body], [200, { task_id: id, url: "u", n: 1000 }]);
    const { input: _, ...request } = requestOf(it);
    // Before all that nobody waits for; once; and not at all where the process dies before it has begun.
    assertEquals(request, { type, priority: 10, maxAttempts: 1, expiresInS: 36 });
    assertEquals(it.deps.queue.requests[0]!.options, { requestId: "r-1" });
  });

  for (
    const [code, status, problem] of [
      ["http_4xx", 502, "scrape_failed"],
      ["timeout", 502, "scrape_failed"],
      ["robots_denied", 502, "scrape_failed"],
      ["blocked_address", 422, "blocked_address"],
      ["invalid_input", 422, "invalid_request"],
      ["expired", 504, "deadline_exceeded"],
    ] as [TaskErrorCode, number, string][]
  ) {
    Deno.test(`POST ${path} answers ${status} ${problem} where its task fails with ${code}`, async () => {
      const it = client();
      const answer = it.call<Problem>(path, { json: { url: URL_ } });
      const { id } = await waitedFor(it);
      const error = new TaskError(code, `${URL_} answered 404`).toFailure();
      it.deps.queue.end(id, { status: "failed", error });
      const { status: got, body } = await answer;
      assertEquals([got, body.code, body.task_id], [status, problem, id]);
      if (code === "expired") return;
      assertEquals(body.task_error, error);
      assertStringIncludes(body.detail, "answered 404");
    });
  }

  Deno.test(`POST ${path} answers 502 where somebody else cancels its task`, async () => {
    const it = client();
    const answer = it.call<Problem>(path, { json: { url: URL_ } });
    await it.deps.queue.cancel((await waitedFor(it)).id);
    const { status, body } = await answer;
    assertEquals([status, body.code, body.task_error?.code], [502, "scrape_failed", "cancelled"]);
  });

  Deno.test(`POST ${path} answers 504 when the deadline has passed, and cancels its task`, async () => {
    const it = client();
    const { status, body } = await it.call<Problem>(path, { json: { url: URL_, deadline_ms: 100 } });
    assertEquals([status, body.code, body.task_error], [504, "deadline_exceeded", undefined]);
    assertEquals(it.deps.queue.tasks.get(body.task_id!)!.status, "cancelled");
  });

  Deno.test(`POST ${path} cancels its task when the caller goes`, async () => {
    const it = client();
    const gone = new AbortController();
    const answer = it.call(path, { json: { url: URL_ }, signal: gone.signal });
    const { id } = await waitedFor(it);
    gone.abort();
    assertEquals((await answer).status, 499);
    assertEquals(it.deps.queue.tasks.get(id)!.status, "cancelled");
  });

  Deno.test(`POST ${path} waits on through the grace of a stop, then cancels and says so`, async () => {
    const it = client({ SHUTDOWN_GRACE_MS: "100" });
    const answer = it.call<Problem>(path, { json: { url: URL_ } });
    const { id } = await waitedFor(it);
    it.deps.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(it.deps.queue.tasks.get(id)!.status, "queued");
    const { status, body } = await answer;
    assertEquals([status, body.code, body.task_id], [503, "unavailable", id]);
    assertEquals(it.deps.queue.tasks.get(id)!.status, "cancelled");
    assertEquals((await it.call(path, { json: { url: URL_ } })).status, 503);
    assertEquals(it.deps.queue.tasks.size, 1);
  });

  Deno.test(`POST ${path} answers blocked_address before anything is queued`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>(path, { json: { url: "http://localhost/" } });
    assertEquals([status, body.code, deps.queue.tasks.size], [422, "blocked_address", 0]);
  });

  for (
    const [what, json, at] of [
      ["a deadline beyond ten minutes", { deadline_ms: 600_001 }, "deadline_ms"],
      ["a deadline of no time", { deadline_ms: 99 }, "deadline_ms"],
      ["a start later on", { delay_s: 1 }, "delay_s"],
      ["a webhook", { webhook: { url: "https://a.example/" } }, "webhook"],
      ["an id of its own", { task_id: "a" }, "task_id"],
      ["dependencies", { depends_on: ["a"] }, "depends_on"],
      ["an expiry", { expires_in_s: 1 }, "expires_in_s"],
    ] as [string, Record<string, unknown>, string][]
  ) {
    Deno.test(`POST ${path} answers 422 naming the place for ${what}`, async () => {
      const { status, body } = await client().call<Problem>(path, { json: { url: URL_, ...json } });
      assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", at]);
    });
  }
}

Deno.test("POST /api/scrape hands every option on, its own time-out before the attempt's", async () => {
  const it = client();
  const input = {
    url: URL_,
    formats: ["json", "tables"],
    fields: { a: { selector: "h1" } },
    max_age_s: 1,
    stale_ok_s: 2,
    respect_robots: false,
    headers: { accept: "*/*" },
    timeout_ms: 1000,
    max_bytes: 2048,
    render: "always",
    screenshot: true,
    if_changed_from: { final_url: URL_, etag: '"a"' },
  };
  const options = { brand: "halilit", priority: 3, max_attempts: 2, tags: ["t"], limit_keys: ["k"] };
  const answer = it.call("/api/scrape", { json: { ...input, ...options, deadline_ms: 2000 } });
  it.deps.queue.end((await waitedFor(it)).id, { status: "completed", resultJson: "{}" });
  assertEquals((await answer).body, { task_id: [...it.deps.queue.tasks.keys()][0]! });
  assertEquals(requestOf(it), {
    type: "scrape",
    input,
    brand: "halilit",
    priority: 3,
    maxAttempts: 2,
    tags: ["t"],
    limitKeys: ["k"],
    timeoutMs: 6000,
    expiresInS: 3,
  });
});

Deno.test("POST /api/map hands every option on", async () => {
  const it = client();
  const input = {
    url: URL_,
    include: ["/a"],
    exclude: ["/b"],
    scope: "domain",
    sitemap: "only",
    limit: 5,
    search: "stage piano",
    respect_robots: false,
    timeout_ms: 1000,
  };
  const answer = it.call("/api/map", { json: { ...input, brand: "halilit", priority: 2, tags: ["t"] } });
  it.deps.queue.end((await waitedFor(it)).id, { status: "completed", resultJson: "{}" });
  await answer;
  const { expiresInS: _, ...request } = requestOf(it);
  assertEquals(request, {
    type: "map",
    input,
    brand: "halilit",
    priority: 2,
    maxAttempts: 1,
    tags: ["t"],
    timeoutMs: 6000,
  });
});

Deno.test("the deadline of a scrape follows SCRAPE_TIMEOUT_MS, up to ten minutes", async () => {
  for (const [timeoutMs, expiresInS] of [["1000", 7], ["600000", 601]] as const) {
    const it = client({ SCRAPE_TIMEOUT_MS: timeoutMs });
    const answer = it.call("/api/scrape", { json: { url: URL_ } });
    it.deps.queue.end((await waitedFor(it)).id, { status: "completed", resultJson: "{}" });
    await answer;
    assertEquals(requestOf(it).expiresInS, expiresInS);
  }
});

Deno.test("a site's failure is no failure of the service: it is not in its log", async () => {
  const it = client();
  const answer = it.call("/api/scrape", { json: { url: URL_ } });
  const { id } = await waitedFor(it);
  it.deps.queue.end(id, { status: "failed", error: new TaskError("dns", "no such name").toFailure() });
  assertEquals((await answer).status, 502);
  assertEquals(it.deps.logged, []);
  assert(it.deps.samples.some(({ route, status }) => route === "/api/scrape" && status === 502));
});
