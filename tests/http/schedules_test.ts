import { assert, assertEquals } from "@std/assert";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Schedule = Record<string, unknown> & { next_runs: string[]; next_run_at?: string };

const HOUR_MS = 3_600_000;
const TASK = {
  type: "test",
  input: { delay_s: 1 },
  priority: 7,
  delay_s: 3,
  max_attempts: 2,
  backoff: { kind: "list", delays_s: [1, 2.5] },
  timeout_ms: 500,
  tags: ["nightly"],
  brand: "halilit",
  expires_in_s: 60,
  fairness_key: "f",
  limit_keys: ["l"],
  dedup: { key: "k", mode: "throttle", window_s: 5 },
  webhook: { url: "https://example.com/hook", events: ["failed"] },
};

Deno.test("PUT /api/schedules/{id} hands the schedule to the service, and answers in the words it was sent in", async () => {
  const { call, deps } = client();
  const json = { cron: "0 * * * *", time_zone: "Asia/Jerusalem", if_missed: "run_once", task: TASK };
  const { status, body } = await call<Schedule>("/api/schedules/nightly", { method: "PUT", json });
  assertEquals(status, 201);
  assertEquals(JSON.parse(JSON.stringify(deps.schedules.specs[0])), {
    id: "nightly",
    cron: "0 * * * *",
    timeZone: "Asia/Jerusalem",
    ifMissed: "run_once",
    paused: false,
    task: {
      type: "test",
      input: { delay_s: 1 },
      priority: 7,
      delayS: 3,
      maxAttempts: 2,
      backoff: { kind: "list", delaysMs: [1000, 2500] },
      timeoutMs: 500,
      tags: ["nightly"],
      brand: "halilit",
      expiresInS: 60,
      fairnessKey: "f",
      limitKeys: ["l"],
      dedup: { key: "k", mode: "throttle", windowMs: 5000 },
      webhook: { url: "https://example.com/hook", events: ["failed"] },
    },
  });
  const { created_at, updated_at, next_run_at, next_runs, ...rest } = body;
  assertEquals(rest, { schedule_id: "nightly", ...json, paused: false, fired: 0, skipped: 0 } as unknown);
  assertEquals([created_at, next_runs.length, next_runs[0]], [updated_at, 5, next_run_at]);
  assertEquals(new Set(next_runs.map((at) => Date.parse(at) % HOUR_MS)), new Set([0]));
});

Deno.test("PUT /api/schedules/{id} answers 201 for a new one and 200 for one that it replaces", async () => {
  const { call } = client();
  const put = (json: unknown) => call<Schedule>("/api/schedules/a", { method: "PUT", json });
  assertEquals((await put({ every_s: 60, task: { type: "test" } })).status, 201);
  const replaced = await put({ cron: "0 * * * *", task: { type: "test" } });
  assertEquals([replaced.status, replaced.body.cron, replaced.body.time_zone, replaced.body.every_s], [
    200,
    "0 * * * *",
    "UTC",
    undefined,
  ]);
});

Deno.test("the next runs of an interval are counted from its own next slot", async () => {
  const { call, deps } = client();
  const { body } = await call<Schedule>("/api/schedules/a", {
    method: "PUT",
    json: { every_s: 1.5, task: { type: "test" } },
  });
  deps.schedules.nextSlots = () => [0, 0, 0, 0, 0];
  const shown = (await call<Schedule>("/api/schedules/a")).body;
  const firstMs = Date.parse(body.next_run_at!);
  assertEquals(shown.next_runs.map((at) => Date.parse(at) - firstMs), [0, 1500, 3000, 4500, 6000]);
});

Deno.test("schedules: listed by id, shown, paused, resumed, removed; unknown ones are not found", async () => {
  const { call } = client();
  for (const id of ["b", "a"]) {
    await call(`/api/schedules/${id}`, { method: "PUT", json: { every_s: 60, task: { type: "test" } } });
  }
  const { body } = await call<{ schedules: Schedule[] }>("/api/schedules");
  assertEquals(body.schedules.map((each) => each.schedule_id), ["a", "b"]);
  assertEquals((await call("/api/schedules/a")).body, body.schedules[0]);

  const paused = await call<Schedule>("/api/schedules/a/pause", { method: "POST" });
  assertEquals([paused.status, paused.body.paused, paused.body.next_run_at, paused.body.next_runs], [
    200,
    true,
    undefined,
    [],
  ]);
  const resumed = await call<Schedule>("/api/schedules/a/resume", { method: "POST" });
  assertEquals([resumed.status, resumed.body.paused, resumed.body.next_runs.length], [200, false, 5]);

  const removed = await call("/api/schedules/a", { method: "DELETE" });
  assertEquals([removed.status, removed.body], [200, { schedule_id: "a", removed: true }] as unknown);
  for (
    const [method, path] of [
      ["GET", "/api/schedules/a"],
      ["DELETE", "/api/schedules/a"],
      ["POST", "/api/schedules/a/pause"],
      ["POST", "/api/schedules/a/resume"],
      ["POST", "/api/schedules/a/trigger"],
    ]
  ) {
    const { status, body } = await call<Problem>(path!, { method });
    assertEquals([status, body.code], [404, "not_found"], `${method} ${path}`);
  }
});

Deno.test("POST /api/schedules/{id}/trigger answers with the task it made", async () => {
  const { call } = client();
  await call("/api/schedules/a", { method: "PUT", json: { every_s: 60, task: { type: "test" } } });
  const { status, body, headers } = await call<{ task_id: string }>("/api/schedules/a/trigger", {
    method: "POST",
  });
  assertEquals([status, headers.get("location")], [202, `/api/tasks/${body.task_id}`]);
  const schedule = (await call<Schedule>("/api/schedules/a")).body;
  assertEquals([schedule.last_task_id, schedule.fired], [body.task_id, 1]);
  assert(typeof schedule.last_run_at === "string");
});

Deno.test("POST /api/schedules/preview tells the next five runs and keeps nothing", async () => {
  const { call, deps } = client();
  const preview = (json: unknown) =>
    call<{ next_runs: string[] } & Problem>("/api/schedules/preview", { json });
  const hourly = await preview({ cron: "0 * * * *", time_zone: "Europe/Berlin" });
  assertEquals([hourly.status, hourly.body.next_runs.length], [200, 5]);
  const every = (await preview({ every_s: 90 })).body.next_runs.map((at) => Date.parse(at));
  assertEquals(every.map((ms) => ms - every[0]!), [0, 90_000, 180_000, 270_000, 360_000]);
  assertEquals(deps.schedules.specs, []);
  const refused = await preview({ cron: "nonsense" });
  assertEquals([refused.status, refused.body.errors?.[0]?.path], [422, "cron"]);
});

for (
  const [what, json, path] of [
    ["no rule", {}, "cron"],
    ["two rules", { cron: "0 * * * *", every_s: 60 }, "cron"],
    ["a time zone of an interval", { every_s: 60, time_zone: "UTC" }, "time_zone"],
    ["an interval under a second", { every_s: 0.5 }, "every_s"],
    ["an interval beyond a year", { every_s: 31_536_001 }, "every_s"],
    ["an expression that is endless", { cron: "* ".repeat(200) }, "cron"],
    ["an unknown field", { every_s: 60, jitter_s: 1 }, "jitter_s"],
  ] as [string, Record<string, unknown>, string][]
) {
  Deno.test(`PUT and preview of schedules answer 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    for (
      const answer of [
        await call<Problem>("/api/schedules/preview", { json }),
        await call<Problem>("/api/schedules/a", { method: "PUT", json: { ...json, task: { type: "test" } } }),
      ]
    ) {
      const { status, body } = answer;
      assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    }
    assertEquals(deps.schedules.specs, []);
  });
}

for (
  const [what, change, path] of [
    ["no task", { task: undefined }, "task"],
    ["a task without a type", { task: {} }, "task.type"],
    ["an id for every task", { task: { type: "test", task_id: "x" } }, "task.task_id"],
    ["a time for every task", { task: { type: "test", run_at: "2026-12-01T00:00:00Z" } }, "task.run_at"],
    ["dependencies", { task: { type: "test", depends_on: ["x"] } }, "task.depends_on"],
    ["another way with what was missed", { if_missed: "run_all" }, "if_missed"],
    ["a pause that is none", { paused: "yes" }, "paused"],
    ["the schedule's id in the body", { id: "a" }, "id"],
  ] as [string, Record<string, unknown>, string][]
) {
  Deno.test(`PUT /api/schedules/{id} answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    const json = { every_s: 60, task: { type: "test" }, ...change };
    const { status, body } = await call<Problem>("/api/schedules/a", { method: "PUT", json });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(deps.schedules.specs, []);
  });
}

Deno.test("PUT /api/schedules/{id} answers blocked_address for what its task may not reach", async () => {
  const { call, deps } = client();
  for (
    const [task, path] of [
      [{ type: "scrape", input: { url: "http://localhost/" } }, "task.input.url"],
      [
        { type: "crawl", input: { start_urls: ["https://example.com/", "http://127.0.0.1/"] } },
        "task.input.start_urls.1",
      ],
      [{ type: "test", webhook: { url: "http://127.0.0.1/" } }, "task.webhook.url"],
    ] as const
  ) {
    const { status, body } = await call<Problem>("/api/schedules/a", {
      method: "PUT",
      json: { every_s: 60, task },
    });
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "blocked_address", path]);
  }
  assertEquals(deps.schedules.specs, []);
});

for (const id of ["a%2fb", "x".repeat(65), "a b", "%2e%2e"]) {
  Deno.test(`GET /api/schedules/{id} does not take the id ${id.slice(0, 12)}`, async () => {
    const { status } = await client().call(`/api/schedules/${id}`);
    // The address standard makes another path of `..`, however it is written: that of all schedules' parent.
    assertEquals(status, id === "%2e%2e" ? 404 : 422);
  });
}

Deno.test("while the service stops, no schedule is made or triggered, but paused, removed and shown", async () => {
  const { call, deps } = client();
  const json = { every_s: 60, task: { type: "test" } };
  await call("/api/schedules/a", { method: "PUT", json });
  deps.stop();
  const status = async (method: string, path: string, body?: unknown) =>
    (await call(path, { method, json: body })).status;
  assertEquals(await status("PUT", "/api/schedules/b", json), 503);
  assertEquals(await status("POST", "/api/schedules/a/trigger"), 503);
  assertEquals(await status("POST", "/api/schedules/a/pause"), 200);
  assertEquals(await status("GET", "/api/schedules/a"), 200);
  assertEquals(await status("DELETE", "/api/schedules/a"), 200);
});
