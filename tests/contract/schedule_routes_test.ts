import { assertEquals, assertMatch } from "@std/assert";
import { type Json, Judge } from "./judge.ts";
import { SCHEDULE_ROUTES } from "./queue_routes.ts";

Deno.test("every route of schedules answers as its document says, and does it", async (t) => {
  await using judge = await Judge.start();
  const get = async (path: string): Promise<Json> => (await judge.call(`GET ${path}`, { expect: 200 })).body;

  await t.step("schedules: made, shown, fired, paused, replaced, removed", async () => {
    const route = "/api/schedules/every-second";
    const task = { type: "test", input: { delay_s: 0 }, tags: ["fired"] };
    const made = (await judge.call(`PUT ${route}`, { json: { every_s: 1, task }, expect: 201 })).body;
    assertEquals([made.every_s, made.if_missed, made.paused, made.fired], [1, "skip", false, 0]);
    assertEquals(made.task, task);
    assertEquals([made.next_runs.length, made.next_runs[0]], [5, made.next_run_at]);

    const shown = await judge.until(route, ({ fired }) => fired > 0);
    const fired = await judge.ended(shown.last_task_id);
    assertEquals([fired.status, fired.schedule_id, fired.tags], ["completed", "every-second", ["fired"]]);
    assertMatch(shown.last_run_at, /Z$/);

    const paused = (await judge.call(`POST ${route}/pause`, { expect: 200 })).body;
    assertEquals([paused.paused, paused.next_run_at, paused.next_runs], [true, undefined, []]);
    const triggered = await judge.call(`POST ${route}/trigger`, { expect: 202 });
    assertEquals(triggered.headers.get("location"), `/api/tasks/${triggered.body.task_id}`);
    assertEquals((await judge.ended(triggered.body.task_id)).schedule_id, "every-second");

    const cron = { cron: "0 3 * * *", time_zone: "Asia/Jerusalem", if_missed: "run_once" };
    const replaced = (await judge.call(`PUT ${route}`, { json: { ...cron, task }, expect: 200 })).body;
    assertEquals([replaced.cron, replaced.time_zone, replaced.if_missed], Object.values(cron));
    assertEquals(replaced.created_at, made.created_at);
    const preview = await judge.call("POST /api/schedules/preview", {
      json: { cron: cron.cron, time_zone: cron.time_zone },
      expect: 200,
    });
    assertEquals(preview.body.next_runs, replaced.next_runs);
    await judge.call(`POST ${route}/pause`, { expect: 200 });
    assertEquals(
      (await judge.call(`POST ${route}/resume`, { expect: 200 })).body.next_runs,
      replaced.next_runs,
    );
    assertEquals((await get("/api/schedules")).schedules.map((each: Json) => each.schedule_id), [
      "every-second",
    ]);
    assertEquals((await judge.call(`DELETE ${route}`, { expect: 200 })).body.removed, true);
    for (const each of [`GET ${route}`, `DELETE ${route}`, `POST ${route}/pause`, `POST ${route}/trigger`]) {
      await judge.refused(each, 404, "not_found");
    }
  });

  await t.step("what is wrong with a schedule is told by its place", async () => {
    for (
      const [json, path] of [
        [{ cron: "61 * * * *", task: { type: "test" } }, "cron"],
        [{ cron: "0 0 30 2 *", task: { type: "test" } }, "cron"],
        [{ cron: "0 * * * *", time_zone: "Mars/Base", task: { type: "test" } }, "time_zone"],
        [{ every_s: 60, task: { type: "nobody" } }, "task.type"],
        [{ every_s: 60, task: { type: "test", input: { delay_s: 99 } } }, "task.input.delay_s"],
      ] as const
    ) {
      const { errors } = await judge.refused("PUT /api/schedules/bad", 422, "invalid_request", { json });
      assertEquals(errors?.[0]?.path, path, JSON.stringify(json));
    }
    await judge.refused("POST /api/schedules/preview", 422, "invalid_request", {
      json: { cron: "nonsense" },
    });
    await judge.refused("GET /api/schedules/bad", 404, "not_found");
  });

  await t.step("each of its routes was asked, and answered well", () => {
    assertEquals(judge.unanswered(SCHEDULE_ROUTES), []);
  });
});
