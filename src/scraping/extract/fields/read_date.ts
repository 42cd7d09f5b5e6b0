import { monthNames, namesMonthFirst } from "./month_names.ts";

const MAX_CHARS = 200;
const ISO =
  /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?(?!\d)/i;
const TIME =
  /(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([ap])\.?m\b)?(?:\s?(Z|GMT|UTC|[+-]\d{2}:?\d{2})(?![\d:]))?/i;
const YEAR_FIRST = /(?<!\d)(\d{4})([./])(\d{1,2})\2(\d{1,2})(?!\d)/;
const YEAR_LAST = /(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;
const EPOCH = /^(\d{10})(\d{3})?$/;
const WORD = /\p{L}[\p{L}\p{M}]*/gu;

interface Day {
  year: number;
  month: number;
  day: number;
}

/**
 * The first date in a text as ISO 8601: `2026-11-24`, with its time where there is one (`2026-11-24T18:26:51`), in UTC
 * where its zone is told (`2026-11-24T18:26:51Z`). Read are ISO 8601, RFC 2822, unix seconds and milliseconds, numbers
 * (`24.11.2026`, `24/11/26`, `2026/11/24`) and month names of English and of the page's language. `3/4/2026` is taken in
 * the order of the page's language, and without one as day and month.
 */
export function readDate(text: string, language?: string): string | undefined {
  const written = westernDigits(text.slice(0, MAX_CHARS)).trim();
  const epoch = EPOCH.exec(written);
  if (epoch) return utc(Number(epoch[1]) * 1000 + Number(epoch[2] ?? 0));
  const iso = ISO.exec(written);
  if (iso) {
    const [, year, month, day, hour, minute, second, zone] = iso;
    const at = { year: Number(year), month: Number(month), day: Number(day) };
    return hour === undefined
      ? dateText(at)
      : timed(at, { hour: Number(hour), minute: Number(minute), second: Number(second ?? 0), zone });
  }
  const day = numericDay(written, language) ?? namedDay(written, language);
  if (day === undefined) return undefined;
  const time = TIME.exec(written);
  if (time === null) return dateText(day);
  const [, hour, minute, second, half, zone] = time;
  return timed(day, {
    hour: half === undefined ? Number(hour) : Number(hour) % 12 + (half.toLowerCase() === "p" ? 12 : 0),
    minute: Number(minute),
    second: Number(second ?? 0),
    zone,
  });
}

function numericDay(text: string, language: string | undefined): Day | undefined {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) {
    return { year: Number(yearFirst[1]), month: Number(yearFirst[3]), day: Number(yearFirst[4]) };
  }
  const yearLast = YEAR_LAST.exec(text);
  if (!yearLast) return undefined;
  const [, first, separator, second, last] = yearLast;
  const year = last!.length === 4 ? Number(last) : Number(last) + (Number(last) < 70 ? 2000 : 1900);
  const monthFirst = Number(second) > 12 ||
    (Number(first) <= 12 && separator !== "." && namesMonthFirst(language));
  return monthFirst
    ? { year, month: Number(first), day: Number(second) }
    : { year, month: Number(second), day: Number(first) };
}

/** `24 November 2026`, `November 24th, 2026`, `24 בנובמבר 2026`. */
function namedDay(text: string, language: string | undefined): Day | undefined {
  const names = monthNames(language);
  for (const word of text.matchAll(WORD)) {
    const month = names.get(word[0].toLowerCase());
    if (month === undefined) continue;
    const before = text.slice(Math.max(0, word.index - 12), word.index);
    const after = text.slice(word.index + word[0].length, word.index + word[0].length + 24);
    const dayBefore = /(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|-|º|ª)?\s*(?:of|de|-)?\s*$/i.exec(before)?.[1];
    const year = /(?<!\d)(\d{4})(?!\d)/.exec(after)?.[1];
    const dayAfter = /^[.\s-]*(\d{1,2})(?!\d|:)/.exec(after)?.[1];
    const day = dayBefore ?? dayAfter;
    if (day !== undefined && year !== undefined) return { year: Number(year), month, day: Number(day) };
  }
  return undefined;
}

function timed(
  at: Day,
  { hour, minute, second, zone }: { hour: number; minute: number; second: number; zone?: string },
): string | undefined {
  const date = dateText(at);
  if (date === undefined || hour > 23 || minute > 59 || second > 59) return date;
  const local = `${date}T${two(hour)}:${two(minute)}:${two(second)}`;
  if (zone === undefined) return local;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...)(\d\d)$/, "$1:$2") : "Z";
  return utc(Date.parse(local + offset));
}

function utc(ms: number): string | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Undefined for a day that no month has. */
function dateText({ year, month, day }: Day): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return `${year}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}
