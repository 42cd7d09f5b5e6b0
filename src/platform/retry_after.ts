const MAX_S = 86_400;

/** Seconds of a Retry-After header (a number or an HTTP date), at most a day; undefined where it says nothing usable. */
export function retryAfterS(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), MAX_S);
  const dateMs = text.length > 15 && text.length < 60 ? Date.parse(text) : NaN;
  return Number.isNaN(dateMs) ? undefined : Math.min(Math.max(0, Math.ceil((dateMs - nowMs) / 1000)), MAX_S);
}
