import { assert, assertEquals } from "@std/assert";
import { type Client, client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };
type Bulk = { matched: number; changed: number; dry_run: boolean };

const post = ({ call }: Client, path: string, json?: unknown) =>
  call<Bulk & Problem>(path, { method: "POST", json });

async function withTasks(...ids: string[]): Promise<Client> {
  const it = client();
  for (const task_id of ids) await it.call("/api/tasks", { json: { type: "test", task_id } });
  return it;
}

Deno.test("PATCH /api/tasks/{id} changes the priority of a task that has not ended", async () => {
  const { call, deps } = await withTasks("a");
  const patch = (id: string, json: unknown) => call<Problem>(`/api/tasks/${id}`, { method: "PATCH", json });
  const { status, body } = await call(`/api/tasks/a`, { method: "PATCH", json: { priority: 9 } });
  assertEquals([status, body.task_id, body.priority], [200, "a", 9]);
  assertEquals((await call("/api/tasks/a")).body.priority, 9);
  for (const json of [{ priority: 11 }, { priority: 1.5 }, {}, { priority: 1, status: "queued" }]) {
    assertEquals((await patch("a", json)).status, 422, JSON.stringify(json));
  }
  assertEquals((await patch("none", { priority: 1 })).status, 404);
  deps.queue.end("a", { status: "completed" });
  const ended = await patch("a", { priority: 1 });
  assertEquals([ended.status, ended.body.code], [409, "conflict"]);
});

Deno.test("DELETE /api/tasks/{id}?purge=true forgets an ended task and no other", async () => {
  const { call, deps } = await withTasks("a");
  const purge = (id: string, query = "purge=true") =>
    call<Problem>(`/api/tasks/${id}?${query}`, { method: "DELETE" });
  const early = await purge("a");
  assertEquals([early.status, early.body.code, deps.queue.tasks.get("a")?.status], [
    409,
    "conflict",
    "queued",
  ]);
  deps.queue.end("a", { status: "failed" });
  assertEquals((await purge("a", "purge=false")).status, 409); // what it says without purge: it has ended
  assertEquals((await purge("a", "purge=1")).status, 422);
  const gone = await purge("a");
  assertEquals([gone.status, gone.body], [200, { task_id: "a", purged: true }] as unknown);
  assertEquals([(await call("/api/tasks/a")).status, (await purge("a")).status], [404, 404]);
  assertEquals((await call("/api/tasks/queue/status")).body.removed, 1);
});

Deno.test("POST /api/tasks/retry runs what failed again, and counts only when it is dry", async () => {
  const it = await withTasks("a", "b", "c", "d");
  it.deps.queue.end("a", { status: "failed" });
  it.deps.queue.end("b", { status: "failed" });
  it.deps.queue.end("c", { status: "cancelled" });
  assertEquals((await post(it, "/api/tasks/retry?dry_run=true")).body, {
    matched: 2,
    changed: 2,
    dry_run: true,
  } as unknown);
  assertEquals(it.deps.queue.tasks.get("a")?.status, "failed");
  const { status, body } = await post(it, "/api/tasks/retry");
  assertEquals([status, body], [200, { matched: 2, changed: 2, dry_run: false }] as unknown);
  assertEquals(it.deps.queue.tasks.get("a")?.status, "queued");
  assertEquals((await post(it, "/api/tasks/retry?status=cancelled")).body.changed, 1);
});

Deno.test("POST /api/tasks/retry hands every condition to the queue", async () => {
  const it = client();
  const { status } = await post(
    it,
    "/api/tasks/retry?status=cancelled&type=test&brand=b&tag=t&batch_id=x" +
      "&created_after=2026-01-01T00:00:00Z&created_before=2026-01-01T02:00:00%2B01:00",
  );
  assertEquals(status, 200);
  assertEquals(it.deps.queue.bulks, [{
    action: "retry",
    filter: {
      status: "cancelled",
      type: "test",
      brand: "b",
      tag: "t",
      batchId: "x",
      createdFromMs: Date.UTC(2026, 0, 1),
      createdBeforeMs: Date.UTC(2026, 0, 1, 1),
    },
    dryRun: false,
  }]);
});

for (const query of ["status=queued", "tpye=test", "dry_run=yes", "created_after=yesterday", "limit=5"]) {
  Deno.test(`POST /api/tasks/retry?${query} is refused, and nothing runs again`, async () => {
    const it = client();
    const { status, body } = await post(it, `/api/tasks/retry?${query}`);
    assertEquals([status, body.code, body.errors?.[0]?.path], [
      422,
      "invalid_request",
      query.split("=")[0]!,
    ]);
    assertEquals(it.deps.queue.bulks, []);
  });
}

for (
  const [action, sent, priority] of [
    ["cancel", "cancel", undefined],
    ["retry", "retry", undefined],
    ["purge", "remove", undefined],
    ["set_priority", "reprioritize", 3],
  ] as const
) {
  Deno.test(`POST /api/tasks/bulk asks the queue to ${sent} for ${action}`, async () => {
    const it = client();
    const { status, body } = await post(it, "/api/tasks/bulk", {
      action,
      filter: { brand: "b", created_before: "2026-01-01T00:00:00Z" },
      priority,
    });
    assertEquals([status, body], [200, { matched: 0, changed: 0, dry_run: false }] as unknown);
    assertEquals(JSON.parse(JSON.stringify(it.deps.queue.bulks)), [
      JSON.parse(JSON.stringify({
        action: sent,
        filter: { brand: "b", createdBeforeMs: Date.UTC(2026, 0, 1) },
        priority,
        dryRun: false,
      })),
    ]);
  });
}

Deno.test("POST /api/tasks/bulk tells what a filter names and what the action changes, dry or not", async () => {
  const it = await withTasks("a", "b", "c");
  it.deps.queue.end("a", { status: "completed" });
  const purge = (dry_run: boolean) =>
    post(it, "/api/tasks/bulk", { action: "purge", filter: { type: "test" }, dry_run });
  assertEquals((await purge(true)).body, { matched: 3, changed: 1, dry_run: true } as unknown);
  assert(it.deps.queue.tasks.has("a"));
  assertEquals((await purge(false)).body, { matched: 3, changed: 1, dry_run: false } as unknown);
  assert(!it.deps.queue.tasks.has("a"));
});

for (
  const [what, json, path] of [
    ["no filter", { action: "cancel" }, "filter"],
    ["a filter without a condition", { action: "cancel", filter: {} }, "filter"],
    ["an unknown condition", { action: "cancel", filter: { brnad: "b" } }, "filter.brnad"],
    ["a condition out of place", { action: "cancel", brand: "b", filter: { type: "test" } }, "brand"],
    ["an action of the queue's own words", { action: "remove", filter: { type: "test" } }, "action"],
    [
      "a priority without its action",
      { action: "cancel", filter: { type: "test" }, priority: 1 },
      "priority",
    ],
    ["set_priority without a priority", { action: "set_priority", filter: { type: "test" } }, "priority"],
    ["a time that is none", { action: "cancel", filter: { created_after: "now" } }, "filter.created_after"],
  ] as [string, unknown, string][]
) {
  Deno.test(`POST /api/tasks/bulk answers 422 naming the place for ${what}, and changes nothing`, async () => {
    const it = client();
    const { status, body } = await post(it, "/api/tasks/bulk", json);
    assertEquals([status, body.code, body.errors?.[0]?.path], [422, "invalid_request", path]);
    assertEquals(it.deps.queue.bulks, []);
  });
}

Deno.test("while the service stops, nothing is queued again, but what is there can be cancelled and forgotten", async () => {
  const it = client();
  it.deps.stop();
  const bulk = async (action: string) =>
    (await post(it, "/api/tasks/bulk", { action, filter: { type: "test" } })).status;
  assertEquals((await post(it, "/api/tasks/retry")).body.code, "unavailable");
  assertEquals([await bulk("retry"), await bulk("cancel"), await bulk("purge")], [503, 200, 200]);
});

Deno.test("GET /api/tasks filters by when tasks were accepted", async () => {
  const { call, deps } = await withTasks("a", "b", "c");
  for (const [i, id] of ["a", "b", "c"].entries()) {
    deps.queue.end(id, { createdMs: Date.UTC(2026, 0, 1 + i) });
  }
  const found = async (query: string) =>
    (await call<{ tasks: { task_id: string }[] }>(`/api/tasks?${query}`)).body.tasks.map((t) => t.task_id);
  assertEquals(await found("created_after=2026-01-02T00:00:00Z"), ["c", "b"]);
  assertEquals(await found("created_before=2026-01-02T00:00:00Z"), ["a"]);
  assertEquals(await found("created_after=2026-01-01T12:00:00Z&created_before=2026-01-02T12:00:00Z"), ["b"]);
  assertEquals((await call("/api/tasks?created_after=2026-01-02")).status, 422);
});

Deno.test("GET /api/tasks takes the tag of a webhook's deliveries, however long the task's id", async () => {
  const tag = `webhook:${"x".repeat(120)}`;
  assertEquals((await client().call(`/api/tasks?tag=${tag}`)).status, 200);
  assertEquals((await client().call(`/api/tasks?tag=${tag}y`)).status, 422);
});
