/** Unix ms, from the first that counts to before the last. */
export interface Span {
  fromMs: number;
  toMs: number;
}

const DAY_MS = 86_400_000;
const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };
const MAX_WINDOW_MS = 366 * DAY_MS;

/**
 * The span that is asked for: a day in UTC, its last stretch, or the stretch up to now.
 * @throws {RangeError} in words for the person who typed it
 */
export function spanOf({ day, window }: { day?: string; window?: string }, nowMs: number): Span {
  const windowMs = window === undefined ? undefined : parseWindow(window);
  if (day === undefined) return { fromMs: nowMs - (windowMs ?? UNITS_MS.h!), toMs: nowMs + 1 };
  const startMs = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : NaN;
  // Some parsers take the 31st of February for a day of March.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day) {
    throw new RangeError(
      `Cannot report as '--day' must be a day such as 2026-01-31: current value is ${JSON.stringify(day)}`,
    );
  }
  const toMs = Math.min(startMs + DAY_MS, Math.max(startMs, nowMs + 1));
  return { fromMs: windowMs === undefined ? startMs : Math.max(startMs, toMs - windowMs), toMs };
}

function parseWindow(text: string): number {
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const windowMs = Number(count) * (UNITS_MS[unit!] ?? NaN);
  if (!(windowMs >= 1000 && windowMs <= MAX_WINDOW_MS)) {
    throw new RangeError(
      `Cannot report as '--window' must be a time such as 90s, 15m, 6h or 7d, at most 366d: ` +
        `current value is ${JSON.stringify(text)}`,
    );
  }
  return windowMs;
}
