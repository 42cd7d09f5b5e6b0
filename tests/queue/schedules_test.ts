import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ServiceError } from "../../src/platform/errors.ts";
import { nextTurn } from "../../src/platform/next_turn.ts";
import type { ScheduleSpec } from "../../src/queue/schedule.ts";
import { ScheduleService } from "../../src/queue/schedules/schedule_service.ts";
import {
  DAY,
  HOUR,
  MINUTE,
  ScheduleTable,
  ScheduleWorld,
  SECOND,
  spec,
  worldOf,
} from "./schedules_fixture.ts";

Deno.test("ScheduleService enqueues a task of its own id at each slot of a cron expression", async () => {
  const world = await worldOf({});
  await world.pass(2 * MINUTE);
  assertEquals(world.times, ["12:01:00", "12:02:00"]);
  const task = world.table.tasks.get(`sched_s_${Date.parse("2026-05-04T12:01:00Z") / 1000}`);
  assertEquals([task?.scheduleId, task?.inputJson], ["s", '{"n":1}']);
  const { fired, skipped, lastSlotMs, lastTaskId, nextMs } = await world.service.get("s");
  assertEquals([fired, skipped], [2, 0]);
  assertEquals(lastSlotMs, Date.parse("2026-05-04T12:02:00Z"));
  assertEquals(lastTaskId, world.firings[1]?.taskId);
  assertEquals(nextMs, Date.parse("2026-05-04T12:03:00Z"));
});

Deno.test("ScheduleService reads six fields and time zones; a time the clocks jump over fires when they have jumped", async () => {
  const world = await worldOf({ cron: "0 30 2 * * *", timeZone: "America/New_York" }, "2026-03-08T00:00:00Z");
  await world.pass(8 * HOUR);
  assertEquals(world.times, ["07:00:00"]); // 03:00 EDT: there is no 02:30 that day
  const next = world.service.nextSlots({ cron: "30 1 * * *", timeZone: "America/New_York" }, 2);
  assertEquals(next.map((ms) => new Date(ms).toISOString()), [
    "2026-03-09T05:30:00.000Z",
    "2026-03-10T05:30:00.000Z",
  ]);
});

Deno.test("ScheduleService fires an interval each everyS from its creation on", async () => {
  const world = await worldOf({ everyS: 45 });
  await world.pass(100 * SECOND);
  assertEquals(world.times, ["12:01:15", "12:02:00"]);
  assertEquals(world.service.nextSlots({ everyS: 90 }, 2).map((ms) => ms - world.wallMs), [90_000, 180_000]);
});

for (const ifMissed of ["skip", "run_once"] as const) {
  for (const when of [{ cron: "* * * * *" }, { everyS: 60 }]) {
    const kind = when.cron === undefined ? "interval" : "cron";
    Deno.test(`ScheduleService with if_missed ${ifMissed} after a down time: ${kind}`, async () => {
      const world = await worldOf({ ...when, ifMissed }, "2026-05-04T12:00:00Z");
      await world.pass(MINUTE);
      world.kill();
      await world.pass(10.5 * MINUTE); // 12:11:30: ten slots passed
      await world.restart();
      const { fired, skipped } = await world.service.get("s");
      assertEquals([fired, skipped], ifMissed === "skip" ? [1, 10] : [2, 0]);
      await world.pass(2 * MINUTE);
      const caughtUp = {
        skip: ["12:12:00", "12:13:00"],
        // An interval never fires twice within itself.
        run_once: kind === "cron" ? ["12:11:30", "12:12:00", "12:13:00"] : ["12:11:30", "12:13:00"],
      };
      assertEquals(world.times, ["12:01:00", ...caughtUp[ifMissed]]);
      if (ifMissed === "run_once") assertEquals(world.firings[1]?.slotMs, Date.parse("2026-05-04T12:11:00Z"));
    });
  }
}

Deno.test("ScheduleService does not fire a slot twice as the clock steps back right after it", async () => {
  const world = await worldOf({});
  await world.pass(30.5 * SECOND);
  world.step(-30 * SECOND);
  await world.pass(80 * SECOND); // past 12:01:00 for the second time
  assertEquals(world.times, ["12:01:00"]);
  await world.pass(10 * SECOND);
  assertEquals(world.times, ["12:01:00", "12:02:00"]);
});

Deno.test("ScheduleService fires a daily slot once, however often the clock steps back over it by minutes", async () => {
  const world = await worldOf({ cron: "0 13 * * *" });
  await world.pass(HOUR);
  for (let i = 0; i < 3; i++) {
    world.step(-10 * MINUTE);
    await world.pass(11 * MINUTE);
  }
  assertEquals(world.times, ["13:00:00"]);
  assertEquals((await world.service.get("s")).nextMs, Date.parse("2026-05-05T13:00:00Z"));
});

Deno.test("ScheduleService is not silent for a day as the clock steps back a day, nor after a crash then", async () => {
  for (const crash of [false, true]) {
    const world = await worldOf({});
    await world.pass(MINUTE);
    world.step(-DAY);
    if (crash) {
      world.kill();
      await world.restart();
    }
    await world.pass(3 * MINUTE);
    assert(world.times.length >= 3, `fired at ${world.times}`);
    assertEquals(new Set(world.firings.map(({ taskId }) => taskId)).size, world.times.length);
    assertEquals(world.errors, []);
  }
});

Deno.test("ScheduleService lets a slot fire again once most of the time between slots has really passed", async () => {
  const world = await worldOf({ cron: "0 13 * * *" });
  await world.pass(HOUR);
  world.step(-DAY); // 13:00:30 of the day before: the slot comes again in 24 hours
  await world.pass(DAY);
  assertEquals(world.times, ["13:00:00", "13:00:00"]);
  const [first, second] = world.firings;
  assertEquals(first!.slotMs, second!.slotMs);
  assertEquals(second!.taskId, `${first!.taskId}.1`);
});

Deno.test("ScheduleService goes by if_missed for slots that a step of a day forward passes over", async () => {
  const skip = await worldOf({ cron: "*/10 * * * *" });
  skip.step(DAY);
  await skip.pass(5 * MINUTE);
  assertEquals([skip.times, (await skip.service.get("s")).skipped], [[], 144]);
  await skip.pass(5 * MINUTE);
  assertEquals(skip.times, ["12:10:00"]);

  const once = await worldOf({ cron: "*/10 * * * *", ifMissed: "run_once" });
  once.step(DAY);
  await once.pass(5 * MINUTE);
  assertEquals(once.times, ["12:00:31"]); // noticed by the next look at the clock
  assertEquals(once.firings[0]?.slotMs, Date.parse("2026-05-05T12:00:00Z"));
});

Deno.test("ScheduleService fires a slot late that a step of seconds passes over", async () => {
  const world = await worldOf({ cron: "0 13 * * *" }, "2026-05-04T12:59:55Z");
  world.step(20 * SECOND);
  await world.pass(2 * SECOND);
  assertEquals(world.times, ["13:00:16"]);
});

Deno.test("ScheduleService measures intervals by what really passes, whatever the clock is set to", async () => {
  for (const stepMs of [DAY, -DAY, 30 * SECOND, -30 * SECOND]) {
    const world = await worldOf({ everyS: 60 });
    const from = world.monoMs;
    await world.pass(30 * SECOND);
    world.step(stepMs);
    await world.pass(2 * SECOND);
    // What is stored has followed, so that a crash does not make it wait for the old time.
    assertEquals(world.table.rows.get("s")?.nextMs, world.wallMs + 28 * SECOND);
    await world.pass(3 * MINUTE - 32 * SECOND);
    assertEquals(world.firings.map(({ monoMs }) => monoMs - from), [60_000, 120_000, 180_000]);
  }
});

Deno.test("ScheduleService does not wait longer than the interval where the clock went back while it was down", async () => {
  const world = await worldOf({ everyS: 60 });
  world.kill();
  world.step(-DAY);
  await world.restart();
  await world.pass(SECOND);
  assertEquals(world.table.rows.get("s")?.nextMs, world.wallMs + 59 * SECOND); // nor after another crash
  await world.pass(MINUTE);
  assertEquals(world.times.length, 1);
});

Deno.test("ScheduleService keeps an interval's beat when a timer is late or the clock is slewed", async () => {
  const world = await worldOf({ everyS: 60 });
  const from = world.monoMs;
  world.step(700);
  await world.pass(59 * SECOND);
  world.block(1.5 * SECOND);
  await world.pass(2 * MINUTE);
  assertEquals(world.firings.map(({ monoMs }) => monoMs - from), [60_500, 120_000, 180_000]);
});

Deno.test("ScheduleService fires a slot that came just before a step of a day forward, held up or not", async () => {
  const world = await worldOf({ cron: "*/10 * * * *" }, "2026-05-04T12:09:59Z");
  world.block(2 * SECOND);
  world.step(DAY);
  await world.pass(SECOND);
  const { fired, skipped, lastSlotMs } = await world.service.get("s");
  assertEquals([fired, skipped, lastSlotMs], [1, 144, Date.parse("2026-05-04T12:10:00Z")]);
});

Deno.test("ScheduleService does not hold a step that could not be written against the slots after the step back", async () => {
  for (const when of [{ cron: "* * * * *" }, { everyS: 60 }]) {
    const world = await worldOf({ ...when }, "2026-05-04T12:00:00Z");
    await world.restart();
    world.table.fault = new Error("disk full");
    world.step(DAY);
    await world.pass(2 * SECOND);
    world.step(-DAY);
    world.table.fault = undefined;
    await world.pass(MINUTE);
    assertEquals(world.times, ["12:01:00"]);
  }
});

Deno.test("ScheduleService does not fire a slot twice as the clock goes back and forth over it", async () => {
  const world = await worldOf({ cron: "0 13 * * *", ifMissed: "run_once" });
  await world.pass(HOUR);
  for (const stepMs of [-DAY, DAY]) {
    world.step(stepMs);
    await world.pass(2 * SECOND);
  }
  assertEquals([world.times, (await world.service.get("s")).fired], [["13:00:00"], 1]);
});

Deno.test("ScheduleService does not fire a slot twice as the clock steps back between two processes or beside a put()", async () => {
  for (const between of ["restart", "put"]) {
    const world = await worldOf({});
    await world.pass(30 * SECOND);
    if (between === "put") await world.service.put(spec({ task: { type: "other", input: {} } }));
    else world.kill();
    world.step(-20 * SECOND);
    if (between === "restart") await world.restart();
    await world.pass(30 * SECOND);
    assertEquals(world.times, ["12:01:00"]);
  }
});

Deno.test("ScheduleService goes by the longer way to a neighbour where slots are uneven", async () => {
  const world = await worldOf({ cron: "0 12,13 * * *" }, "2026-05-04T12:59:00Z");
  await world.pass(2 * MINUTE);
  world.step(-50 * MINUTE);
  await world.pass(HOUR);
  assertEquals(world.times, ["13:00:00"]);
});

Deno.test("ScheduleService gives each of several slots that come again another task", async () => {
  const world = await worldOf({});
  await world.pass(3 * MINUTE);
  world.step(-3 * MINUTE);
  await world.pass(3 * MINUTE);
  assertEquals([world.times.slice(3), world.errors], [["12:01:00", "12:02:00", "12:03:00"], []]);
});

Deno.test("ScheduleService takes a slot at the very second of a start for the latest missed one", async () => {
  const world = await worldOf({ ifMissed: "run_once" });
  world.kill();
  await world.pass(10.5 * MINUTE);
  await world.restart();
  assertEquals(world.firings.map(({ slotMs }) => slotMs), [Date.parse("2026-05-04T12:11:00Z")]);
});

Deno.test("ScheduleService fires a slot once when the process ends just before or just after the commit", async () => {
  for (const before of [true, false]) {
    const world = await worldOf({ ifMissed: "run_once" });
    world.table.crashAt = { write: 1, before };
    await world.pass(MINUTE);
    world.table.crashAt = undefined;
    await world.restart();
    await world.pass(MINUTE);
    assertEquals(world.firings.map(({ slotMs }) => new Date(slotMs).toISOString().slice(11, 16)), [
      "12:01",
      "12:02",
    ]);
  }
});

Deno.test("ScheduleService fires a slot once where two of them share a store", async () => {
  const world = await worldOf({});
  const other = world.another();
  await other.start();
  await world.pass(31 * SECOND); // the other one
  await world.service.put(spec({ id: "t" })); // sets the first one's timer again
  await world.pass(SECOND);
  assertEquals(world.firings.map(({ scheduleId }) => scheduleId), ["s"]);
  assertEquals([(await world.service.get("s")).fired, world.errors], [1, []]);
  await Promise.all([world.service.stop(), other.stop()]);
});

Deno.test("ScheduleService counts a refused task as skipped, says so and lives on", async () => {
  const world = await worldOf({});
  world.refuse = new ServiceError("invalid_request", "no type echo");
  await world.pass(MINUTE);
  assertEquals(world.errors, [{ message: "no type echo", scheduleId: "s" }]);
  world.refuse = undefined;
  const slotS = Date.parse("2026-05-04T12:02:00Z") / 1000;
  world.table.tasks.set(`sched_s_${slotS}`, {} as never); // refused by the store
  await world.pass(MINUTE);
  assertEquals(world.table.rows.get("s")?.nextMs, Date.parse("2026-05-04T12:03:00Z"));
  assertEquals(world.errors[1], { message: `task_id in use: sched_s_${slotS}`, scheduleId: "s" });
  await world.pass(MINUTE);
  const { fired, skipped } = await world.service.get("s");
  assertEquals([world.times, fired, skipped], [["12:03:00"], 1, 2]);
});

Deno.test("ScheduleService tries again while the store cannot write, tells it once and fires late", async () => {
  const world = await worldOf({});
  world.table.fault = new Error("disk full");
  await world.pass(40 * SECOND);
  assertEquals([world.times, world.errors], [[], [{ message: "disk full", scheduleId: "s" }]]);
  world.table.fault = undefined;
  await world.pass(2 * SECOND);
  assertEquals(world.firings.map(({ slotMs }) => slotMs), [Date.parse("2026-05-04T12:01:00Z")]);

  world.table.fault = new Error("disk full again"); // for so long that a daily task would come at an odd hour
  await world.pass(5 * MINUTE);
  world.table.fault = undefined;
  await world.pass(2 * SECOND);
  const { fired, skipped } = await world.service.get("s");
  assertEquals([fired, skipped], [2, 4]); // 12:06 fired, merely late
  assertEquals(world.firings[1]?.slotMs, Date.parse("2026-05-04T12:06:00Z"));
});

Deno.test("ScheduleService passes over a slot that a store's fault made more than a minute late", async () => {
  const world = await worldOf({ cron: "0 13 * * *" });
  await world.pass(59 * MINUTE);
  world.table.fault = new Error("disk full");
  await world.pass(3 * MINUTE);
  world.table.fault = undefined;
  await world.pass(2 * SECOND);
  const { fired, skipped, nextMs } = await world.service.get("s");
  assertEquals([fired, skipped, nextMs], [0, 1, Date.parse("2026-05-05T13:00:00Z")]);
});

Deno.test("setPaused() stops firing, keeps no missed slots and goes on at the next one", async () => {
  for (const when of [{ cron: "* * * * *" }, { everyS: 60 }]) {
    const world = await worldOf({ ...when, ifMissed: "run_once" }, "2026-05-04T12:00:00Z");
    const paused = await world.service.setPaused("s", true);
    assertEquals([paused.paused, paused.nextMs], [true, undefined]);
    await world.pass(10.5 * MINUTE);
    world.kill();
    await world.restart();
    const resumed = await world.service.setPaused("s", false);
    assertEquals(resumed.nextMs, Date.parse("2026-05-04T12:11:00Z"));
    await world.pass(MINUTE);
    assertEquals([world.times, resumed.skipped], [["12:11:00"], 0]);
  }
});

Deno.test("trigger() fires beside the slots, paused or not, also after a crash in the midst of it", async () => {
  const world = await worldOf({ paused: true });
  const { taskId } = await world.service.trigger("s");
  assertMatch(taskId, /^sched_s_1777896030-[0-9a-z]{8}$/);
  assertEquals([...world.table.tasks.keys()], [taskId]);
  const { fired, nextMs } = await world.service.get("s");
  assertEquals([fired, nextMs, world.table.rows.get("s")?.nextMs], [1, undefined, undefined]);

  world.table.crashAt = { write: 1, before: false };
  world.service.trigger("s").catch(() => {});
  while (!world.table.crashed) await nextTurn();
  world.table.crashAt = undefined;
  await world.restart();
  await world.pass(5 * MINUTE);
  assertEquals(world.firings.length, 1);

  await world.service.setPaused("s", false);
  await world.service.trigger("s");
  await world.pass(MINUTE);
  assertEquals((await world.service.get("s")).fired, 3); // two triggers and a slot
});

Deno.test("put() in the place of a schedule keeps its counters, and its next slot where the rule is the same", async () => {
  const world = await worldOf({ everyS: 60 });
  const { schedule: first } = await world.service.put(spec({ everyS: 60 }));
  await world.pass(90 * SECOND);
  const same = await world.service.put(spec({ everyS: 60, task: { type: "echo", input: { n: 2 } } }));
  assertEquals(same.created, false);
  assertEquals([same.schedule.createdMs, same.schedule.fired], [first.createdMs, 1]);
  assertEquals(same.schedule.nextMs, first.createdMs + 120_000);
  const other = await world.service.put(spec({ everyS: 10 }));
  assertEquals([other.schedule.fired, other.schedule.nextMs], [1, world.wallMs + 10_000]);
  await world.pass(10 * SECOND);
  assertEquals(world.table.tasks.get(world.firings[1]!.taskId)?.inputJson, '{"n":1}');
});

Deno.test("remove(), get() and trigger() say not_found for what is not there; list() is by id", async () => {
  const world = await worldOf({});
  await world.service.put(spec({ id: "a" }));
  assertEquals((await world.service.list()).map(({ id }) => id), ["a", "s"]);
  await world.service.remove("s");
  for (const call of [world.service.remove("s"), world.service.get("s"), world.service.trigger("s")]) {
    assertEquals((await assertRejects(() => call, ServiceError)).code, "not_found");
  }
  await world.pass(MINUTE);
  assertEquals(world.firings.map(({ scheduleId }) => scheduleId), ["a"]);
});

Deno.test("put() refuses what can never fire or is not understood, and says where", async () => {
  const world = new ScheduleWorld("2026-05-04T12:00:00Z");
  const refused: [Partial<ScheduleSpec>, string][] = [
    [{ cron: "0 0 30 2 *" }, "cron"],
    [{ cron: "61 * * * *" }, "cron"],
    [{ cron: "* * *" }, "cron"],
    [{ cron: "@daily" }, "cron"],
    [{ cron: "2030-01-01T00:00:00" }, "cron"],
    [{ cron: `${"0,".repeat(200)}0 * * * *` }, "cron"],
    [{ cron: "* * * * *", everyS: 5 }, "cron"],
    [{ cron: undefined }, "cron"],
    [{ timeZone: "Mars/Olympus" }, "time_zone"],
    [{ timeZone: "+02:00" }, "time_zone"],
    [{ cron: undefined, everyS: 0.5 }, "every_s"],
    [{ cron: undefined, everyS: NaN }, "every_s"],
    [{ id: "a".repeat(65) }, "id"],
    [{ id: "a/b" }, "id"],
    [{ ifMissed: "later" as "skip" }, "if_missed"],
    [{ task: { type: "echo", input: 1n } }, "task"],
  ];
  for (const [fields, path] of refused) {
    const error = await assertRejects(() => world.service.put({ ...spec(), ...fields }), ServiceError);
    assertEquals([error.code, error.fields?.[0]?.path], ["invalid_request", path]);
  }
  world.refuse = new ServiceError("invalid_request", "no", {
    fields: [{ path: "input.url", message: "no" }],
  });
  const error = await assertRejects(() => world.service.put(spec()), ServiceError);
  assertEquals(error.fields?.[0]?.path, "task.input.url");
  assertEquals(world.table.rows.size, 0);
  assertThrows(() => world.service.nextSlots({ cron: "nonsense" }, 3), ServiceError);
});

Deno.test("start() leaves a stored schedule it cannot read alone and says so", async () => {
  const world = await worldOf({});
  world.table.rows.set("later", { id: "later", specJson: '{"format":2}', nextMs: world.wallMs });
  await world.restart();
  assertEquals(world.errors, [{
    message: "Cannot read the schedule as its format must be 1: current value is 2",
    scheduleId: "later",
  }]);
  await world.pass(MINUTE);
  assertEquals(world.times, ["12:01:00"]);
  assertEquals(world.table.rows.get("later")?.specJson, '{"format":2}');
});

Deno.test("ScheduleService fires by the real clock and leaves no timer behind", async () => {
  const fired = Promise.withResolvers<void>();
  const service = new ScheduleService({
    store: new ScheduleTable(() => fired.resolve()),
    newTask: (_request, { taskId }) => ({ id: taskId } as never),
    onError: fired.reject,
  });
  await service.start();
  await service.put(spec({ everyS: 1 }));
  await fired.promise;
  assertEquals((await service.list()).length, 1); // by now it waits for the next slot
  await service.stop();
});
