import { assert, assertEquals } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { fieldsOf, type Json, Judge } from "./judge.ts";
import { QUEUE_ROUTES } from "./queue_routes.ts";

Deno.test("every route of tasks, batches and limits answers as its document says, and does it", async (t) => {
  const told: { event: string; data: Json }[] = [];
  await using site = startSite({
    "/hook": async (request) => {
      told.push(await request.json());
      return new Response(null, { status: 204 });
    },
  });
  await using judge = await Judge.start({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const accept = async (json: Record<string, unknown>, expect = 202): Promise<string> =>
    (await judge.call("POST /api/tasks", { json: { type: "test", ...json }, expect })).body.task_id;
  const get = async (path: string): Promise<Json> => (await judge.call(`GET ${path}`, { expect: 200 })).body;
  const pause = (json?: unknown) => judge.call("POST /api/queue/pause", { json, expect: 200 });
  const resume = (json?: unknown) => judge.call("POST /api/queue/resume", { json, expect: 200 });

  await t.step("a task shows every option it was accepted with", async () => {
    const parent = await accept({ delay_s: 1000 });
    const sent = {
      brand: "halilit",
      fairness_key: "tenant-7",
      limit_keys: ["tenant:7"],
      depends_on: [parent],
      on_dependency_failure: "run",
      dedup: { key: "shown", mode: "reject" },
      webhook: { url: `${site.url}/hook`, events: ["completed"] },
    };
    const id = await accept({ ...sent, expires_in_s: 100.5 });
    const task = await get(`/api/tasks/${id}`);
    const { limit_keys, ...rest } = sent;
    for (const [name, value] of Object.entries(rest)) assertEquals(task[name], value, name);
    assertEquals(task.limit_keys.toSorted(), [...limit_keys, "brand:halilit"].toSorted());
    assertEquals([task.status, task.pending_dependencies], ["delayed", 1]);
    assertEquals(Date.parse(task.expires_at) - Date.parse(task.created_at), 100_500);

    await judge.call(`DELETE /api/tasks/${parent}`, { expect: 200 });
    assertEquals((await judge.ended(id)).status, "completed"); // it runs all the same
    const { tasks: [delivery] } = await judge.until(
      `/api/tasks?tag=webhook:${id}`,
      ({ tasks }) => tasks[0]?.status === "completed",
    );
    assertEquals([delivery.type, told.map(({ event, data }) => [event, data.task_id])], [
      "webhook",
      [["task.completed", id]],
    ]);
    assertEquals((await get(`/api/tasks/${id}/webhooks`)).deliveries.length, 1);
  });

  await t.step("a task that has not begun in time fails with expired", async () => {
    await pause();
    const task = await judge.ended(await accept({ expires_in_s: 0.2 }));
    assertEquals([task.status, task.error.code, task.attempts], ["failed", "expired", 0]);
    await resume();
  });

  await t.step("a dependency that ends badly fails, cancels or lets run what waits for it", async () => {
    const parent = await accept({ delay_s: 1000 });
    const fails = await accept({ depends_on: [parent] });
    const cancels = await accept({ depends_on: [parent], on_dependency_failure: "cancel" });
    const waits = await accept({ depends_on: [fails, cancels], on_dependency_failure: "run" });
    await judge.call(`DELETE /api/tasks/${parent}`, { expect: 200 });
    const failed = await judge.ended(fails);
    assertEquals([failed.status, failed.error.code], ["failed", "dependency_failed"]);
    assertEquals((await judge.ended(cancels)).status, "cancelled");
    assertEquals((await judge.ended(waits)).status, "completed");
    const { errors } = await judge.refused("POST /api/tasks", 422, "invalid_request", {
      json: { type: "test", depends_on: ["nobody"] },
    });
    assertEquals(errors?.[0]?.path, "depends_on");
  });

  await t.step("dedup: rejected, replaced, put off and throttled", async () => {
    const dedup = (mode: string, window_s?: number) => ({ dedup: { key: `k-${mode}`, mode, window_s } });
    await accept({ delay_s: 1000, ...dedup("reject") });
    await judge.refused("POST /api/tasks", 409, "conflict", { json: { type: "test", ...dedup("reject") } });

    const replaced = await accept({ delay_s: 1000, ...dedup("replace") });
    assertEquals((await judge.ended(await accept(dedup("replace")))).status, "completed");
    assertEquals((await judge.ended(replaced)).status, "cancelled");

    const early = await accept(dedup("debounce", 1000));
    const late = await get(`/api/tasks/${await accept(dedup("debounce", 1000))}`);
    assertEquals([(await judge.ended(early)).status, late.status], ["cancelled", "delayed"]);

    const first = await accept(dedup("throttle", 1000));
    await judge.ended(first);
    const { body } = await judge.call("POST /api/tasks", {
      json: { type: "test", ...dedup("throttle", 1000) },
      expect: 202,
    });
    assertEquals(body, { task_id: first, status: "completed", deduplicated: true });
  });

  await t.step("PATCH changes a priority, DELETE with purge forgets what has ended", async () => {
    const id = await accept({ delay_s: 1000 });
    const patch = { json: { priority: 9 } };
    assertEquals((await judge.call(`PATCH /api/tasks/${id}`, { ...patch, expect: 200 })).body.priority, 9);
    await judge.refused(`DELETE /api/tasks/${id}?purge=true`, 409, "conflict");
    await judge.call(`DELETE /api/tasks/${id}`, { expect: 200 });
    await judge.refused(`PATCH /api/tasks/${id}`, 409, "conflict", patch);
    const before = (await get("/api/tasks/queue/status")).removed;
    assertEquals((await judge.call(`DELETE /api/tasks/${id}?purge=true`, { expect: 200 })).body, {
      task_id: id,
      purged: true,
    });
    await judge.refused(`GET /api/tasks/${id}`, 404, "not_found");
    await judge.refused(`PATCH /api/tasks/${id}`, 404, "not_found", patch);
    const status = await get("/api/tasks/queue/status");
    assertEquals(status.removed, before + 1);
    assertEquals(status.accepted, Object.values<number>(status.counts).reduce((a, b) => a + b, 0));
  });

  await t.step("bulk actions by filter, dry first", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(await accept({ delay_s: 1000, tags: ["many"] }));
    const bulk = async (json: Record<string, unknown>) =>
      (await judge.call("POST /api/tasks/bulk", { json: { filter: { tag: "many" }, ...json }, expect: 200 }))
        .body;
    const redrive = async (query: string) =>
      (await judge.call(`POST /api/tasks/retry?tag=many&${query}`, { expect: 200 })).body;
    const all = (dry_run: boolean) => ({ matched: 3, changed: 3, dry_run });
    assertEquals(await bulk({ action: "set_priority", priority: 8 }), all(false));
    assertEquals((await get(`/api/tasks/${ids[0]}`)).priority, 8);
    assertEquals(await bulk({ action: "cancel", dry_run: true }), all(true));
    assertEquals((await get(`/api/tasks/${ids[0]}`)).status, "delayed");
    assertEquals(await bulk({ action: "cancel" }), all(false));
    assertEquals(await redrive("status=failed"), { matched: 0, changed: 0, dry_run: false });
    assertEquals(await redrive("status=cancelled&dry_run=true"), all(true));
    assertEquals(await redrive("status=cancelled&created_before=2020-01-01T00:00:00Z"), {
      matched: 0,
      changed: 0,
      dry_run: false,
    });
    assertEquals(await redrive("status=cancelled&created_after=2020-01-01T00:00:00Z"), all(false));
    for (const id of ids) assertEquals((await judge.ended(id)).status, "completed");
    assertEquals(await bulk({ action: "retry" }), { matched: 3, changed: 0, dry_run: false });
    assertEquals(await bulk({ action: "purge" }), all(false));
    assertEquals((await get("/api/tasks?tag=many")).tasks, []);
  });

  await t.step("GET /api/tasks filters by time of acceptance", async () => {
    const { created_at } = await get(`/api/tasks/${await accept({ tags: ["timed"] })}`);
    const found = async (query: string) => (await get(`/api/tasks?tag=timed&${query}`)).tasks.length;
    assertEquals([await found(`created_after=${created_at}`), await found(`created_before=${created_at}`)], [
      1,
      0,
    ]);
  });

  await t.step("a limit of a key holds at once, and is shown with what runs", async () => {
    const path = `/api/limits/${encodeURIComponent("disk/1 a")}`;
    await judge.refused(`GET ${path}`, 404, "not_found");
    const put = async (json: unknown) => (await judge.call(`PUT ${path}`, { json, expect: 200 })).body;
    const limit = {
      key: "disk/1 a",
      concurrency: 1,
      rate: { count: 100, per_s: 0.5 },
      paused: false,
      running: 0,
    };
    assertEquals(await put({ concurrency: 1, rate: { count: 100, per_s: 0.5 } }), limit);
    const ids: string[] = [];
    for (let i = 0; i < 2; i++) ids.push(await accept({ input: { delay_s: 30 }, limit_keys: ["disk/1 a"] }));
    await judge.until(`/api/tasks/${ids[0]}`, ({ status }) => status === "running");
    assertEquals((await get(`/api/tasks/${ids[1]}`)).status, "queued");
    assertEquals((await get(path)).running, 1);
    assertEquals((await get("/api/limits")).limits, [{ ...limit, running: 1 }]);
    await put({ concurrency: 2 });
    await judge.until(`/api/tasks/${ids[1]}`, ({ status }) => status === "running");
    for (const id of ids) await judge.call(`DELETE /api/tasks/${id}`, { expect: 200 });
    for (const id of ids) await judge.ended(id);
    assertEquals((await judge.call(`DELETE ${path}`, { expect: 200 })).body, {
      key: "disk/1 a",
      removed: true,
    });
    await judge.refused(`DELETE ${path}`, 404, "not_found");
    await judge.refused(`PUT ${path}`, 422, "invalid_request", { json: {} });
  });

  await t.step("a pause of a key or a type holds what it names and nothing else", async () => {
    assertEquals((await pause({ key: "brand:held" })).body.paused_keys, ["brand:held"]);
    const held = await accept({ brand: "held" });
    assertEquals((await judge.ended(await accept({ brand: "other" }))).status, "completed");
    assertEquals((await get(`/api/tasks/${held}`)).status, "queued");
    assertEquals((await get("/api/limits")).limits.map((each: Json) => [each.key, each.paused]), [
      ["brand:held", true],
    ]);
    assertEquals((await resume({ key: "brand:held" })).body.paused_keys, []);
    assertEquals((await judge.ended(held)).status, "completed");
    assertEquals((await pause({ type: "test" })).body.paused_keys, ["type:test"]);
    await resume({ type: "test" });
  });

  await t.step("a batch of any type, its progress, the task that follows, and a webhook", async () => {
    const { body, headers } = await judge.call("POST /api/batches", {
      json: {
        type: "test",
        inputs: [{ delay_s: 0 }, { delay_s: 0 }, {}],
        max_concurrent: 2,
        brand: "b",
        backoff: { kind: "fixed", delay_s: 1 },
        expires_in_s: 60,
        fairness_key: "f",
        limit_keys: ["l"],
        on_complete: { type: "test", task_id: "after-the-batch", tags: ["after"] },
      },
      expect: 202,
    });
    assertEquals(fieldsOf(body), ["batch_id", "on_complete_task_id", "status", "task_ids", "total"]);
    assertEquals(headers.get("location"), `/api/batches/${body.batch_id}`);
    assertEquals([body.total, body.on_complete_task_id], [3, "after-the-batch"]);
    const after = await judge.ended("after-the-batch");
    assertEquals([after.status, after.tags], ["completed", ["after"]]);
    for (const id of body.task_ids) {
      const task = await get(`/api/tasks/${id}`);
      assert(task.finished_at <= after.started_at, JSON.stringify([task, after]));
      assertEquals([task.batch_id, task.fairness_key], [body.batch_id, "f"]);
    }
    const batch = await get(`/api/batches/${body.batch_id}`);
    assertEquals([batch.progress, batch.on_complete_task_id], [{ done: 3, total: 3 }, "after-the-batch"]);
    const other = (await judge.call("POST /api/batches", {
      json: { type: "test", inputs: [{}], webhook: { url: `${site.url}/hook` } },
      expect: 202,
    })).body;
    assertEquals((await judge.ended(other.on_complete_task_id)).type, "webhook");
    assertEquals(told.at(-1)!.data.batch_id, other.batch_id);
    const { errors } = await judge.refused("POST /api/batches", 422, "invalid_request", {
      json: { type: "test", inputs: [{}, { delay_s: 99 }] },
    });
    assertEquals(errors?.map(({ path }) => path), ["inputs.1.delay_s"]);
  });

  await t.step("each of its routes was asked, and answered well", () => {
    assertEquals(judge.unanswered(QUEUE_ROUTES), []);
  });
});
