import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Accepted = { batch_id: string; total: number; task_ids: string[]; on_complete_task_id?: string };

const OPTIONS = {
  max_concurrent: 3,
  priority: 7,
  brand: "halilit",
  tags: ["nightly"],
  max_attempts: 2,
  backoff: { kind: "fixed", delay_s: 2 },
  expires_in_s: 60,
  fairness_key: "f",
  limit_keys: ["l"],
  on_complete: {
    type: "test",
    input: { delay_s: 1 },
    task_id: "after",
    priority: 1,
    expires_in_s: 5,
    webhook: { url: "https://example.com/after" },
  },
  webhook: { url: "https://example.com/batch" },
};
const IN_QUEUE_WORDS = {
  maxConcurrent: 3,
  priority: 7,
  brand: "halilit",
  tags: ["nightly"],
  maxAttempts: 2,
  backoff: { kind: "fixed", delayMs: 2000 },
  expiresInS: 60,
  fairnessKey: "f",
  limitKeys: ["l"],
  onComplete: {
    type: "test",
    input: { delay_s: 1 },
    taskId: "after",
    priority: 1,
    expiresInS: 5,
    webhook: { url: "https://example.com/after" },
  },
  webhook: { url: "https://example.com/batch" },
};

for (
  const [path, work, inQueueWords] of [
    ["/api/batches", { type: "test", inputs: [{ delay_s: 1 }, {}], timeout_ms: 500 }, {
      type: "test",
      inputs: [{ delay_s: 1 }, {}],
      timeoutMs: 500,
    }],
    ["/api/scrape/batch", { urls: ["https://a.example/"], timeout_ms: 500, max_age_s: 9 }, {
      type: "scrape",
      inputs: [{ url: "https://a.example/", timeout_ms: 500, max_age_s: 9 }],
      timeoutMs: 5500,
    }],
  ] as const
) {
  Deno.test(`POST ${path} hands every option to the queue in its own words`, async () => {
    const { call, deps } = client();
    const { status, body, headers } = await call<Accepted>(path, { json: { ...work, ...OPTIONS } });
    assertEquals([status, body.total], [202, inQueueWords.inputs.length]);
    assertEquals(headers.get("location"), `/api/batches/${body.batch_id}`);
    assertEquals(JSON.parse(JSON.stringify(deps.queue.requests[0]!.request)), {
      ...inQueueWords,
      ...IN_QUEUE_WORDS,
    });
    const batch = await call(`/api/batches/${body.batch_id}`);
    assertEquals(typeof body.on_complete_task_id, "string");
    assertEquals(batch.body.on_complete_task_id, body.on_complete_task_id);
  });
}

Deno.test("GET /api/batches/{id} says how many of all have ended, however they did", async () => {
  const { call, deps } = client();
  const { body: { batch_id, task_ids, on_complete_task_id } } = await call<Accepted>("/api/batches", {
    json: { type: "test", inputs: [{}, {}, {}, {}] },
  });
  assertEquals(on_complete_task_id, undefined);
  assertEquals((await call(`/api/batches/${batch_id}`)).body.progress, { done: 0, total: 4 });
  deps.queue.end(task_ids[0]!, { status: "completed" });
  deps.queue.end(task_ids[1]!, { status: "failed" });
  deps.queue.end(task_ids[2]!, { status: "running" });
  assertEquals((await call(`/api/batches/${batch_id}`)).body.progress, { done: 2, total: 4 });
});

Deno.test("POST /api/batches takes 1 to 10000 inputs, and runs five at once unless told otherwise", async () => {
  const { call, deps } = client();
  const post = (count: number) =>
    call("/api/batches", { json: { type: "test", inputs: Array(count).fill({}) } });
  assertEquals([(await post(0)).status, (await post(10_000)).status, (await post(10_001)).status], [
    422,
    202,
    422,
  ]);
  assertEquals((deps.queue.requests[0]!.request as { maxConcurrent: number }).maxConcurrent, 5);
});

Deno.test("POST /api/batches replays under an Idempotency-Key, and takes nothing while the service stops", async () => {
  const { call, deps } = client();
  const post = (key: string) =>
    call<Accepted & Problem>("/api/batches", {
      json: { type: "test", inputs: [{}] },
      headers: { "idempotency-key": key },
    });
  const first = await post("k");
  const again = await post("k");
  assertEquals([again.body, again.headers.get("idempotency-replayed")], [first.body, "true"]);
  deps.stop();
  const refused = await post("other");
  assertEquals([refused.status, refused.body.code], [503, "unavailable"]);
});

for (
  const [what, json, path] of [
    ["no type", { inputs: [{}] }, "type"],
    ["inputs that are no list", { type: "test", inputs: {} }, "inputs"],
    ["none at once", { type: "test", inputs: [{}], max_concurrent: 0 }, "max_concurrent"],
    ["options of single tasks", { type: "test", inputs: [{}], dedup: { key: "k", mode: "reject" } }, "dedup"],
    ["dependencies", { type: "test", inputs: [{}], depends_on: ["a"] }, "depends_on"],
    ["a webhook told of tasks", {
      type: "test",
      inputs: [{}],
      webhook: { url: "https://a.example/", events: ["failed"] },
    }, "webhook.events"],
    ["a follower without a type", { type: "test", inputs: [{}], on_complete: {} }, "on_complete.type"],
    ["a follower with a start of its own", {
      type: "test",
      inputs: [{}],
      on_complete: { type: "test", delay_s: 1 },
    }, "on_complete.delay_s"],
    ["URLs of the other route", { type: "scrape", inputs: [{}], urls: [] }, "urls"],
  ] as [string, unknown, string][]
) {
  Deno.test(`POST /api/batches answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    const { status, body } = await call<Problem>("/api/batches", { json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(deps.queue.requests.length, 0);
  });
}
