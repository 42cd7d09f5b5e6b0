import { Cron } from "croner";
import { nextTurn } from "../../platform/next_turn.ts";

/** When a schedule has its slots, in unix milliseconds. */
export interface Rule {
  /** The first slot after a time; undefined where there is none any more. */
  next(afterMs: number): number | undefined;
  /** The last slot at or before a time. */
  latest(atMs: number): number | undefined;
  /** The slot to wait for once one has fired at `nowMs`. */
  nextAfterFiring(nowMs: number): number | undefined;
  /** How many slots there are from the slot `fromMs` to `toMs`, both included; of cron, at most MAX_COUNTED. */
  count(fromMs: number, toMs: number): Promise<number>;
  /** How far a slot is from its neighbours: the longer of the two ways. */
  gapMs(slotMs: number): number;
}

/** Slots of cron are found one by one, some 50 us each: after a long absence they are not counted to the end. */
export const MAX_COUNTED = 2000;
/** So many are counted before others have a turn. */
const COUNTED_A_TURN = 64;

/** A timer is never quite on time, and so late a firing does not move the next one. */
const TIMER_SLACK_MS = 1000;

/**
 * Slots of a cron expression of five or six fields (seconds first) in a time zone. Daylight saving as croner has it: a
 * fixed time that the clocks jump over fires when they have jumped, one they show twice fires the first time.
 *
 * @throws {TypeError} what croner finds wrong with the expression
 */
export function cronRule(expression: string, timeZone: string): Rule {
  const cron = new Cron(expression, { mode: "5-or-6-parts", timezone: timeZone, paused: true });
  const next = (afterMs: number) => cron.nextRun(new Date(afterMs))?.getTime();
  // Asked for what lies before a time, croner leaves out a slot at its full second.
  const latest = (atMs: number) =>
    cron.previousRuns(1, new Date(Math.floor(atMs / 1000) * 1000 + 1))[0]?.getTime();
  return {
    next,
    latest,
    nextAfterFiring: next,
    async count(fromMs, toMs) {
      let count = 0;
      for (let at: number | undefined = fromMs; at !== undefined && at <= toMs; at = next(at)) {
        if (++count === MAX_COUNTED) break;
        if (count % COUNTED_A_TURN === 0) await nextTurn();
      }
      return count;
    },
    gapMs(slotMs) {
      const before = slotMs - (latest(slotMs - 1000) ?? slotMs);
      return Math.max(before, (next(slotMs) ?? slotMs) - slotMs);
    },
  };
}

/** Slots every `everyMs` from `anchorMs` on, in both directions. */
export function intervalRule(everyMs: number, anchorMs: number): Rule {
  const latest = (atMs: number) => anchorMs + Math.floor((atMs - anchorMs) / everyMs) * everyMs;
  const next = (afterMs: number) => latest(afterMs) + everyMs;
  return {
    next,
    latest,
    // Fired very late, the next slot may be close: never closer than the interval, so that one is passed over.
    nextAfterFiring: (nowMs) => next(nowMs + everyMs - Math.min(TIMER_SLACK_MS, everyMs / 2) - 1),
    count: (fromMs, toMs) => Promise.resolve(Math.max(0, Math.floor((toMs - fromMs) / everyMs) + 1)),
    gapMs: () => everyMs,
  };
}
