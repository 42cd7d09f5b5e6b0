import type { ScheduleSpec } from "../schedule.ts";
import type { Rule } from "./rule.ts";

/** A slot that is at most this late, and was not slept through by a process that was down, is merely late: it fires. */
export const LATE_MS = 60_000;

/** Share of the distance between slots that must really have passed before a slot may have a second turn. */
const REPEAT_SHARE = 0.75;
/** The two clocks are not read in the same instant. */
const CLOCK_NOISE_MS = 10;

/** A bound for odd expressions: after so many slots the next one is taken as it comes. */
const MAX_PASSED = 1000;

/** Slots after `fromMs`, up to `untilMs`, went by while nobody could fire them: the service was down, the clock was set. */
export interface Gap {
  fromMs: number;
  untilMs: number;
}

export interface Due {
  /** The slot that has come: the earliest that has not had its turn. */
  nextMs: number;
  nowMs: number;
  ifMissed: ScheduleSpec["ifMissed"];
  missed?: Gap;
  /** Slots up to it may have fired before: the clock went back and forth. */
  firedUntilMs: number;
  /** Since the last firing, by the clock nobody sets. */
  sinceFiredMs: number;
}

export interface Settled {
  /** The slot to fire; absent where all that have come are passed over. */
  fireSlotMs?: number;
  skipped: number;
  nextMs?: number;
}

/**
 * What to do about the slots from `nextMs` to `nowMs`: at most one fires, the latest that may. With `skip` the others,
 * and all that were missed, are counted; with `run_once` the one stands for them all.
 */
export async function settle(rule: Rule, due: Due): Promise<Settled> {
  const { nextMs, nowMs, ifMissed, missed, firedUntilMs } = due;
  const last = Math.max(nextMs, rule.latest(nowMs) ?? nextMs);
  const once = ifMissed === "run_once";
  const slotMs = once ? last : merelyLate(rule, { nextMs, nowMs, last, missed });
  const countFromMs = nextMs > firedUntilMs ? nextMs : rule.next(firedUntilMs) ?? Infinity;
  const come = once ? 0 : await rule.count(countFromMs, nowMs);
  if (slotMs === undefined || !mayFire(rule, slotMs, due)) return { skipped: come, nextMs: rule.next(nowMs) };
  const skipped = slotMs >= countFromMs ? Math.max(0, come - 1) : come;
  return { fireSlotMs: slotMs, skipped, nextMs: rule.nextAfterFiring(nowMs) };
}

function mayFire(
  rule: Rule,
  slotMs: number,
  { firedUntilMs, sinceFiredMs }: { firedUntilMs: number; sinceFiredMs: number },
): boolean {
  return slotMs > firedUntilMs || sinceFiredMs + CLOCK_NOISE_MS >= REPEAT_SHARE * rule.gapMs(slotMs);
}

function merelyLate(
  rule: Rule,
  { nextMs, nowMs, last, missed }: { nextMs: number; nowMs: number; last: number; missed?: Gap },
): number | undefined {
  if (missed === undefined || last > missed.untilMs) return nowMs - last <= LATE_MS ? last : undefined;
  // Before the gap a slot may have come that the timer had no time for.
  if (nextMs > missed.fromMs) return undefined;
  const before = rule.latest(missed.fromMs) ?? nextMs;
  return missed.fromMs - before <= LATE_MS ? before : undefined;
}

/**
 * The first slot after `nowMs` that may fire. Slots up to `turnsUntilMs` have had their turn; the clock went back and they
 * come again. Such a one fires only if most of the distance between slots has really passed since the last firing
 * (`sinceFiredMs`, which a set clock does not change): a step back of seconds repeats nothing, one of a day does not
 * silence a schedule for a day.
 */
export function firstSlot(
  rule: Rule,
  { nowMs, turnsUntilMs, sinceFiredMs }: { nowMs: number; turnsUntilMs: number; sinceFiredMs: number },
): number | undefined {
  let slotMs = rule.next(nowMs);
  for (let passed = 0; slotMs !== undefined && passed < MAX_PASSED; passed++) {
    const then = { firedUntilMs: turnsUntilMs, sinceFiredMs: sinceFiredMs + (slotMs - nowMs) };
    if (mayFire(rule, slotMs, then)) break;
    slotMs = rule.next(slotMs);
  }
  return slotMs;
}
