import type { Clock } from "../../platform/clock.ts";
import type { StoredSchedule } from "../port.ts";
import { ruleOf } from "./check_spec.ts";
import { fromJson, type ScheduleRecord, toJson } from "./record.ts";
import { intervalRule, type Rule } from "./rule.ts";
import { firstSlot, type Gap, settle, type Settled } from "./settle.ts";

/** A moment on both clocks. */
export interface Now {
  wallMs: number;
  monoMs: number;
}

export function nowOf(clock: Clock): Now {
  return { wallMs: clock.wallMs(), monoMs: clock.monoMs() };
}

/** A schedule in memory: what is stored, and when it is due on the clock that counts for it. */
export interface Entry {
  record: ScheduleRecord;
  /** What the store has as `nextMs`: what a change of it is compared with. */
  storedNextMs?: number;
  nextMs?: number;
  /** Of an interval: `nextMs` on the monotonic clock, which is the one that counts. */
  dueMonoMs?: number;
  /** Last firing; of one before this process, as late as it can have been. Absent where it never fired. */
  firedMonoMs?: number;
  missed?: Gap;
  /** `nextMs` is another than what is stored. */
  dirty: boolean;
  /** A write failed and this was told. */
  faulty: boolean;
}

/** The rule by which an entry has its slots; an interval's is anchored at its next slot, which moves with set clocks. */
export function ruleOfEntry({ record, nextMs }: Pick<Entry, "record" | "nextMs">): Rule {
  const { spec, anchorMs, createdMs } = record;
  if (spec.everyS === undefined) return cronRuleOf(record);
  return intervalRule(everyMsOf(record), nextMs ?? anchorMs ?? createdMs);
}

const cronRules = new WeakMap<ScheduleRecord["spec"], Rule>();

function cronRuleOf({ spec }: ScheduleRecord): Rule {
  const rule = cronRules.get(spec) ?? ruleOf(spec, 0);
  cronRules.set(spec, rule);
  return rule;
}

function everyMsOf({ spec }: ScheduleRecord): number {
  return Math.round(spec.everyS! * 1000);
}

/** An entry of what an earlier process, or another one, has stored. @throws {TypeError} for what cannot be read */
export function loadEntry(stored: StoredSchedule, now: Now): Entry {
  const record = fromJson(stored.specJson);
  const entry: Entry = { record, storedNextMs: stored.nextMs, dirty: false, faulty: false };
  if (record.lastSlotMs !== undefined) entry.firedMonoMs = now.monoMs;
  if (record.spec.paused) return entry;
  if (stored.nextMs === undefined) return waitForFirst(entry, now);
  setNext(entry, stored.nextMs, now);
  if (entry.dueMonoMs !== undefined) {
    // Nothing is due later than one interval on: the clock was set back. How much of it had passed, nobody knows.
    const everyMs = everyMsOf(record);
    if (stored.nextMs - now.wallMs > everyMs) setNext(entry, now.wallMs + everyMs, now);
  } else if (now.wallMs < record.seenMs) {
    afterStepBack(entry, now);
  }
  return entry;
}

/** Its first slot from now on: a new schedule, one with a new rule, one that was paused. */
export function waitForFirst(entry: Entry, now: Now): Entry {
  const rule = ruleOfEntry({ record: entry.record });
  const sinceFiredMs = sinceFired(entry, now);
  if (entry.record.spec.everyS === undefined) {
    const turnsUntilMs = entry.record.lastSlotMs ?? -Infinity;
    setNext(entry, firstSlot(rule, { nowMs: now.wallMs, turnsUntilMs, sinceFiredMs }), now);
  } else {
    const early = sinceFiredMs === Infinity
      ? now.wallMs
      : rule.nextAfterFiring(now.wallMs - sinceFiredMs)! - 1;
    setNext(entry, rule.next(Math.max(now.wallMs, early)), now);
  }
  return entry;
}

/** Puts an entry right after the wall clock was set by `stepMs`. */
export function applyStep(entry: Entry, stepMs: number, now: Now): void {
  if (entry.nextMs === undefined) return;
  if (entry.dueMonoMs !== undefined) {
    entry.nextMs += stepMs;
    if (entry.missed !== undefined) {
      entry.missed = { fromMs: entry.missed.fromMs + stepMs, untilMs: entry.missed.untilMs + stepMs };
    }
    entry.dirty = true;
  } else if (stepMs < 0) {
    entry.missed = undefined;
    afterStepBack(entry, now);
  } else if (stepMs > MISSED_STEP_MS) {
    entry.missed = { fromMs: entry.missed?.fromMs ?? now.wallMs - stepMs, untilMs: now.wallMs };
  }
}

/** What a larger step forward passes over counts as missed; a smaller one only puts a clock right, and slots are late. */
const MISSED_STEP_MS = 60_000;

function afterStepBack(entry: Entry, now: Now): void {
  const slotMs = firstSlot(ruleOfEntry(entry), {
    nowMs: now.wallMs,
    turnsUntilMs: entry.nextMs! - 1,
    sinceFiredMs: sinceFired(entry, now),
  });
  if (slotMs === undefined || slotMs >= entry.nextMs!) return;
  setNext(entry, slotMs, now);
  entry.dirty = true;
}

function sinceFired({ firedMonoMs }: Entry, now: Now): number {
  return firedMonoMs === undefined ? Infinity : now.monoMs - firedMonoMs;
}

/** Milliseconds until an entry is due; negative where it is late, Infinity where it does not wait for anything. */
export function dueInMs({ nextMs, dueMonoMs }: Entry, now: Now): number {
  if (nextMs === undefined) return Infinity;
  return dueMonoMs === undefined ? nextMs - now.wallMs : dueMonoMs - now.monoMs;
}

/** What to do about an entry that is due. */
export function settleEntry(entry: Entry, now: Now): Promise<Settled> {
  const nextMs = entry.nextMs!;
  // An interval sees the time that would be had nobody set the clock.
  const nowMs = Math.round(nextMs - dueInMs(entry, now));
  const { spec, highSlotMs } = entry.record;
  return settle(ruleOfEntry(entry), {
    nextMs,
    nowMs,
    ifMissed: spec.ifMissed,
    missed: entry.missed,
    // An interval's slots move with a set clock: what comes is always new.
    firedUntilMs: spec.everyS === undefined ? highSlotMs ?? -Infinity : -Infinity,
    sinceFiredMs: sinceFired(entry, now),
  });
}

/** Another slot to wait for, as seen from `now`. Of an interval that is due, from the slot it was waiting for. */
export function setNext(entry: Entry, nextMs: number | undefined, now: Now): void {
  const interval = entry.record.spec.everyS !== undefined;
  if (interval && nextMs !== undefined) {
    entry.dueMonoMs = entry.dueMonoMs === undefined || entry.nextMs === undefined
      ? now.monoMs + (nextMs - now.wallMs)
      : entry.dueMonoMs + (nextMs - entry.nextMs);
  } else {
    entry.dueMonoMs = undefined;
  }
  entry.nextMs = nextMs;
  if (nextMs !== entry.storedNextMs) entry.dirty = true;
}

/** An entry as it is stored. */
export function toStored(record: ScheduleRecord, nextMs: number | undefined): StoredSchedule {
  return {
    id: record.spec.id,
    specJson: toJson(record),
    ...(nextMs === undefined ? {} : { nextMs }),
  };
}
