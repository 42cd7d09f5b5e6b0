import { z } from "@hono/zod-openapi";
import type { Schedule, Schedules, ScheduleSpec } from "../../queue/schedule.ts";
import { instant, instantOf, scheduleId, taskId } from "./common.ts";
import { scheduledTask, scheduledTaskAnswer, scheduledTaskBody, taskRequestOf } from "./task_options.ts";

/** Firings that are told of in advance. */
const NEXT_RUNS = 5;

const rule = {
  cron: z.string().min(1).max(256).optional().openapi({
    description: "Five fields, or six with seconds first. Either this or `every_s`",
    example: "0 3 * * *",
  }),
  time_zone: z.string().min(1).max(64).optional().openapi({
    description: "IANA name, of `cron` only. Default UTC",
    example: "Asia/Jerusalem",
  }),
  every_s: z.number().min(1).max(31_536_000).optional().openapi({ description: "Every so many seconds" }),
};

type Rule = { cron?: string; time_zone?: string; every_s?: number };

/** One rule and not two: which would it follow? */
function withOneRule<S extends z.ZodType<Rule>>(schema: S): S {
  return schema
    .refine((r) => (r.cron === undefined) !== (r.every_s === undefined), {
      path: ["cron"],
      message: "must be given, or every_s in its place",
    })
    .refine((r) => r.time_zone === undefined || r.cron !== undefined, {
      path: ["time_zone"],
      message: "goes with cron only",
    }) as S;
}

const settings = {
  if_missed: z.enum(["skip", "run_once"]).openapi({
    description:
      "About firings that passed while the service was down: pass over them, or make up for all of them with one. " +
      "Default skip",
  }),
  paused: z.boolean().openapi({ description: "Does not fire. Default false" }),
};

export const newSchedule = withOneRule(z.strictObject({
  ...rule,
  if_missed: settings.if_missed.default("skip"),
  paused: settings.paused.default(false),
  task: scheduledTask,
})).openapi("NewSchedule", {
  example: {
    cron: "0 3 * * *",
    time_zone: "Asia/Jerusalem",
    if_missed: "run_once",
    task: { type: "test", input: { delay_s: 0 }, tags: ["nightly"] },
  },
});

export const scheduleRule = withOneRule(z.strictObject(rule)).openapi("ScheduleRule", {
  example: { cron: "*/15 8-18 * * 1-5", time_zone: "Europe/Berlin" },
});

const nextRuns = z.array(instant);

export const schedulePreview = z.object({
  next_runs: nextRuns.openapi({ description: "The next five" }),
}).openapi("SchedulePreview");

export const scheduleSchema = z.object({
  schedule_id: scheduleId,
  ...rule,
  ...settings,
  task: scheduledTaskAnswer,
  created_at: instant,
  updated_at: instant.openapi({ description: "When it was put there last, paused or resumed" }),
  last_run_at: instant.optional().openapi({ description: "The slot that fired last" }),
  last_task_id: taskId.optional(),
  next_run_at: instant.optional().openapi({
    description: "Absent while it is paused, or where there is none",
  }),
  next_runs: nextRuns.openapi({ description: "The next five; empty while it is paused" }),
  fired: z.int().openapi({ description: "Times it has fired" }),
  skipped: z.int().openapi({ description: "Firings that were passed over" }),
}).openapi("Schedule");

export const scheduleList = z.object({
  schedules: z.array(scheduleSchema).openapi({ description: "By id" }),
}).openapi("ScheduleList");

export const removedSchedule = z.object({ schedule_id: scheduleId, removed: z.literal(true) })
  .openapi("RemovedSchedule");

export const triggeredSchedule = z.object({ task_id: taskId }).openapi("TriggeredSchedule");

export function scheduleSpecOf(id: string, body: z.output<typeof newSchedule>): ScheduleSpec {
  return {
    id,
    ...ruleOf(body),
    ifMissed: body.if_missed,
    paused: body.paused,
    task: taskRequestOf(body.task),
  };
}

function ruleOf(body: Rule): Pick<ScheduleSpec, "cron" | "timeZone" | "everyS"> {
  return { cron: body.cron, timeZone: body.time_zone, everyS: body.every_s };
}

export function previewBody(schedules: Schedules, body: Rule): z.input<typeof schedulePreview> {
  return { next_runs: schedules.nextSlots(ruleOf(body), NEXT_RUNS).map(instantOf) };
}

export function scheduleBody(schedules: Schedules, schedule: Schedule): z.input<typeof scheduleSchema> {
  const { lastSlotMs, nextMs } = schedule;
  return {
    schedule_id: schedule.id,
    cron: schedule.cron,
    time_zone: schedule.cron === undefined ? undefined : schedule.timeZone ?? "UTC",
    every_s: schedule.everyS,
    if_missed: schedule.ifMissed,
    paused: schedule.paused,
    task: scheduledTaskBody(schedule.task),
    created_at: instantOf(schedule.createdMs),
    updated_at: instantOf(schedule.updatedMs),
    last_run_at: lastSlotMs === undefined ? undefined : instantOf(lastSlotMs),
    last_task_id: schedule.lastTaskId,
    next_run_at: nextMs === undefined ? undefined : instantOf(nextMs),
    next_runs: nextRunsOf(schedules, schedule).map(instantOf),
    fired: schedule.fired,
    skipped: schedule.skipped,
  };
}

/** An interval is counted from the schedule's own next slot, which `nextSlots` does not know of. */
function nextRunsOf(schedules: Schedules, schedule: Schedule): number[] {
  const { nextMs, everyS } = schedule;
  if (nextMs === undefined) return [];
  return everyS === undefined
    ? schedules.nextSlots(schedule, NEXT_RUNS)
    : Array.from({ length: NEXT_RUNS }, (_, i) => nextMs + i * everyS * 1000);
}
