import { messageOf, ServiceError } from "../../platform/errors.ts";
import { ID_PATTERN } from "../../platform/ids.ts";
import type { ScheduleSpec } from "../schedule.ts";
import { Findings } from "../findings.ts";
import { cronRule, intervalRule, type Rule } from "./rule.ts";

const MAX_ID_LENGTH = 64;
/** Longest interval: a year. Beyond it a number is far more likely milliseconds taken for seconds. */
const MAX_EVERY_S = 366 * 86_400;
/** No expression one means is longer; parsing one of 100 kB takes tens of milliseconds. */
const MAX_CRON_LENGTH = 256;
export const DEFAULT_TIME_ZONE = "UTC";

type When = Pick<ScheduleSpec, "cron" | "timeZone" | "everyS">;

/**
 * A copy of a spec that is known to be good, as it will be read back from the store. The task is checked by who builds it.
 *
 * @throws {ServiceError} invalid_request, with all that is wrong
 */
export function checkedSpec(spec: ScheduleSpec, nowMs: number): ScheduleSpec {
  const findings = new Findings();
  if (!ID_PATTERN.test(spec.id) || spec.id.length > MAX_ID_LENGTH) {
    findings.add("id", `must match [A-Za-z0-9._-]{1,${MAX_ID_LENGTH}} and be neither . nor ..`);
  }
  checkedRule(spec, nowMs, findings);
  if (!["skip", "run_once"].includes(spec.ifMissed)) {
    findings.add("if_missed", `must be one of skip, run_once: current value is ${spec.ifMissed}`);
  }
  if (typeof spec.paused !== "boolean") findings.add("paused", "must be true or false");
  findings.throwIfAny();
  const { id, cron, timeZone = DEFAULT_TIME_ZONE, everyS, ifMissed, paused } = spec;
  const when = cron === undefined ? { everyS } : { cron, timeZone };
  return { id, ...when, ifMissed, paused, task: jsonCopy(spec.task) };
}

/**
 * The rule of a spec; an interval's starts at `anchorMs`.
 *
 * @throws {ServiceError} invalid_request
 */
export function ruleOf(when: When, anchorMs: number): Rule {
  const findings = new Findings();
  const rule = checkedRule(when, anchorMs, findings);
  findings.throwIfAny();
  if (rule === undefined) throw new TypeError("unreachable: without a finding there is a rule");
  return rule;
}

function checkedRule({ cron, timeZone, everyS }: When, nowMs: number, findings: Findings): Rule | undefined {
  if ((cron === undefined) === (everyS === undefined)) {
    findings.add("cron", "or every_s must be given, and not both");
    return undefined;
  }
  if (cron !== undefined) return checkedCron(cron, timeZone ?? DEFAULT_TIME_ZONE, nowMs, findings);
  if (!(everyS! >= 1 && everyS! <= MAX_EVERY_S)) {
    findings.add("every_s", `must be between 1 and ${MAX_EVERY_S}: current value is ${everyS}`);
    return undefined;
  }
  return intervalRule(Math.round(everyS! * 1000), nowMs);
}

function checkedCron(cron: string, timeZone: string, nowMs: number, findings: Findings): Rule | undefined {
  if (!isTimeZone(timeZone)) {
    findings.add("time_zone", `must be an IANA time zone: current value is ${timeZone}`);
    return undefined;
  }
  // Besides, croner takes dates and @words; a schedule is one that repeats and is written in one way.
  const fields = cron.trim().split(/\s+/).length;
  if (cron.length > MAX_CRON_LENGTH || fields < 5 || fields > 6) {
    findings.add(
      "cron",
      `must have 5 or 6 fields and at most ${MAX_CRON_LENGTH} characters: it has ${fields} fields`,
    );
    return undefined;
  }
  try {
    const rule = cronRule(cron.trim(), timeZone);
    if (rule.next(nowMs) !== undefined) return rule;
    findings.add("cron", `must have a time at which it fires: ${cron} has none`);
  } catch (error) {
    findings.add("cron", `must be a cron expression: ${messageOf(error)}`);
  }
  return undefined;
}

/** Names only: `+02:00` is known to `Intl` too, but is no time zone with rules of its own. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function jsonCopy<T>(value: T): T {
  try {
    return JSON.parse(JSON.stringify(value)) as T;
  } catch (error) {
    throw new ServiceError("invalid_request", `task must be JSON: ${messageOf(error)}`, {
      cause: error,
      fields: [{ path: "task", message: `must be JSON: ${messageOf(error)}` }],
    });
  }
}
