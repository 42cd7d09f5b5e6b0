import { assertEquals, assertMatch } from "@std/assert";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Accepted = { task_id: string; status: string; deduplicated?: true };

/** What was handed to the queue, without what was not set. */
function handed(deps: ReturnType<typeof client>["deps"], index = 0): Record<string, unknown> {
  return JSON.parse(JSON.stringify(deps.queue.requests[index]!.request));
}

const OPTIONS = {
  expires_in_s: 0.5,
  fairness_key: "tenant 7",
  limit_keys: ["tenant:7", "disk"],
  depends_on: ["first"],
  on_dependency_failure: "run",
  dedup: { key: "k", mode: "debounce", window_s: 2.5 },
  webhook: { url: "https://example.com/hook", events: ["failed"] },
};
const IN_QUEUE_WORDS = {
  expiresInS: 0.5,
  fairnessKey: "tenant 7",
  limitKeys: ["tenant:7", "disk"],
  dependsOn: ["first"],
  onDependencyFailure: "run",
  dedup: { key: "k", mode: "debounce", windowMs: 2500 },
  webhook: { url: "https://example.com/hook", events: ["failed"] },
};

for (
  const [path, work, inQueueWords] of [
    ["/api/tasks", { type: "test" }, { type: "test", input: {} }],
    ["/api/tasks/scrape/async", { url: "https://example.com/" }, {
      type: "scrape",
      input: { url: "https://example.com/" },
    }],
  ] as const
) {
  Deno.test(`POST ${path} hands what the queue can do with a task to it in its own words`, async () => {
    const { call, deps } = client();
    await call("/api/tasks", { json: { type: "test", task_id: "first" } });
    const { status } = await call<Accepted>(path, { json: { ...work, ...OPTIONS } });
    assertEquals(status, 202);
    assertEquals(handed(deps, 1), { ...inQueueWords, ...IN_QUEUE_WORDS });
  });
}

Deno.test("GET /api/tasks/{id} shows the options in the words they were sent in, and when it expires", async () => {
  const { call, deps } = client();
  await call("/api/tasks", { json: { type: "test", task_id: "first" } });
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json: { type: "test", ...OPTIONS } });
  deps.queue.end(task_id, { scheduleId: "nightly", tags: [`webhook:${"x".repeat(100)}`] });
  const { body } = await call(`/api/tasks/${task_id}`);
  const { expires_in_s, ...shown } = OPTIONS;
  for (const [name, value] of Object.entries(shown)) assertEquals(body[name], value, name);
  assertEquals([body.status, body.pending_dependencies, body.schedule_id], ["delayed", 1, "nightly"]);
  assertEquals(
    Date.parse(body.expires_at as string) - Date.parse(body.created_at as string),
    expires_in_s * 1000,
  );
});

Deno.test("GET /api/tasks/{id} leaves out what a task was not given", async () => {
  const { call } = client();
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json: { type: "test" } });
  const { body } = await call(`/api/tasks/${task_id}`);
  assertEquals(Object.keys(body).toSorted(), [
    "attempts",
    "created_at",
    "max_attempts",
    "priority",
    "status",
    "task_id",
    "type",
  ]);
});

const KEY_OF_129 = "x".repeat(129);

for (
  const [what, options, path] of [
    ["an expiry of no time", { expires_in_s: 0.09 }, "expires_in_s"],
    ["an expiry beyond a year", { expires_in_s: 31_536_001 }, "expires_in_s"],
    ["an empty fairness key", { fairness_key: "" }, "fairness_key"],
    ["a fairness key that is too long", { fairness_key: KEY_OF_129 }, "fairness_key"],
    ["nine limit keys", { limit_keys: [..."abcdefghi"] }, "limit_keys"],
    ["a limit key with a control character", { limit_keys: ["ok", "a\nb"] }, "limit_keys.1"],
    ["a limit key that is too long", { limit_keys: [KEY_OF_129] }, "limit_keys.0"],
    ["no dependencies in their list", { depends_on: [] }, "depends_on"],
    ["101 dependencies", { depends_on: Array.from({ length: 101 }, (_, i) => `t${i}`) }, "depends_on"],
    ["a dependency that is no id", { depends_on: ["a/b"] }, "depends_on.0"],
    ["a dependency that is not there", { depends_on: ["nobody"] }, "depends_on"],
    ["another end for a dependency", { on_dependency_failure: "wait" }, "on_dependency_failure"],
    ["a dedup mode that is none", { dedup: { key: "k", mode: "drop" } }, "dedup.mode"],
    ["a dedup without a key", { dedup: { mode: "reject" } }, "dedup.key"],
    ["debounce without a window", { dedup: { key: "k", mode: "debounce" } }, "dedup.window_s"],
    ["throttle without a window", { dedup: { key: "k", mode: "throttle" } }, "dedup.window_s"],
    ["reject with a window", { dedup: { key: "k", mode: "reject", window_s: 1 } }, "dedup.window_s"],
    ["replace with a window", { dedup: { key: "k", mode: "replace", window_s: 1 } }, "dedup.window_s"],
    ["an unknown field of dedup", { dedup: { key: "k", mode: "reject", ttl: 1 } }, "dedup.ttl"],
    ["a webhook that is no URL", { webhook: { url: "here" } }, "webhook.url"],
    ["a webhook told of nothing", { webhook: { url: "https://a.example/", events: [] } }, "webhook.events"],
    ["a webhook's event that is none", {
      webhook: { url: "https://a.example/", events: ["running"] },
    }, "webhook.events.0"],
    ["an unknown field of a webhook", {
      webhook: { url: "https://a.example/", secret: "s" },
    }, "webhook.secret"],
  ] as [string, Record<string, unknown>, string][]
) {
  Deno.test(`POST /api/tasks answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>("/api/tasks", { json: { type: "test", ...options } });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(deps.queue.tasks.size, 0);
  });
}

for (const edge of [{ expires_in_s: 0.1 }, { expires_in_s: 31_536_000 }, { fairness_key: "x".repeat(128) }]) {
  Deno.test(`POST /api/tasks takes ${JSON.stringify(edge).slice(0, 40)}`, async () => {
    assertEquals((await client().call("/api/tasks", { json: { type: "test", ...edge } })).status, 202);
  });
}

const HERE = { url: "http://localhost/" };

for (
  const [route, json, path] of [
    ["/api/tasks", { type: "test", webhook: HERE }, "webhook.url"],
    ["/api/tasks/scrape/async", { url: "https://a.example/", webhook: HERE }, "webhook.url"],
    ["/api/scrape/batch", { urls: ["https://a.example/"], webhook: HERE }, "webhook.url"],
    ["/api/batches", { type: "test", inputs: [{}], webhook: HERE }, "webhook.url"],
    ["/api/batches", { type: "scrape", inputs: [{ url: "https://a.example/" }, HERE] }, "inputs.1.url"],
    ["/api/batches", {
      type: "test",
      inputs: [{}],
      on_complete: { type: "scrape", input: HERE },
    }, "on_complete.input.url"],
    ["/api/scrape/batch", {
      urls: ["https://a.example/"],
      on_complete: { type: "test", webhook: HERE },
    }, "on_complete.webhook.url"],
  ] as const
) {
  Deno.test(`POST ${route} answers blocked_address for ${path}, and queues nothing`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>(route, { json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "blocked_address", path]);
    assertEquals(deps.queue.requests.length, 0);
  });
}

Deno.test("POST /api/tasks answers with the task there was where dedup throttles, and says so", async () => {
  const { call } = client();
  const post = () =>
    call<Accepted>("/api/tasks", {
      json: { type: "test", dedup: { key: "k", mode: "throttle", window_s: 60 } },
    });
  const first = await post();
  const second = await post();
  assertEquals([first.status, second.status], [202, 202]);
  assertEquals(second.body, { ...first.body, deduplicated: true });
  assertEquals(first.body.deduplicated, undefined);
  assertEquals(second.headers.get("location"), `/api/tasks/${first.body.task_id}`);
});

Deno.test("POST /api/tasks answers conflict where dedup rejects", async () => {
  const { call } = client();
  const json = { type: "test", dedup: { key: "k", mode: "reject" } };
  const { body: { task_id } } = await call<Accepted>("/api/tasks", { json });
  const { status, body } = await call<Problem & { detail: string }>("/api/tasks", { json });
  assertEquals([status, body.code], [409, "conflict"]);
  assertMatch(body.detail, new RegExp(task_id));
});
