import { isIsoCode, parseCurrency } from "./currency.ts";

/** Prices as people write them, in any locale, to a plain decimal string and a currency. */

export { parseCurrency } from "./currency.ts";

export interface Price {
  /** `1299.90`: a point, no grouping, no sign. */
  amount: string;
  /** ISO 4217, or the sign where it belongs to several currencies. */
  currency?: string;
}

const MAX_CHARS = 120;
const MAX_DIGITS = 12;
const NUMBER = /\d(?:[\d.,'’٫٬ \u00a0\u2009\u202f]{0,24}\d)?/g;
/** What stands right before or after the number of a price, white space aside. */
const SIGN_BEFORE =
  /([\p{Sc}￥]|\b(?:[A-Z]{3}|Rs\.?|RM|Rp\.?|Fr\.|kr\.?|S\/\.?|R)|ש["״'’]{0,2}ח)[\s\u00a0\u202f]{0,2}$/iu;
const SIGN_AFTER =
  /^(?:[.,]?[-–—]{1,2})?[\s\u00a0\u202f]{0,2}(\p{Sc}|[A-Z]{3}\b|zł|Kč|kr\b|kn\b|лв|руб|грн|тг|lei\b|Ft\b|TL\b|円|元|원|ש["״'’]{0,2}ח|ر\.س|euros?\b)/iu;
/** Currencies whose unit has a thousand parts: `1.250` is no 1250 there. */
const THREE_DECIMALS = new Set(["KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD"]);

/**
 * The price in a text: the first number beside a currency sign, else the first that is no percentage. Only the start of
 * a long text is looked at.
 */
export function parsePrice(text: string): Price | undefined {
  const start = plainCharacters(text.slice(0, MAX_CHARS));
  if (!/\d/.test(start)) return undefined;
  const currency = parseCurrency(start);
  let found: string | undefined;
  for (const match of start.matchAll(NUMBER)) {
    const amount = decimal(match[0], currency);
    if (!amount) continue;
    const end = match.index + match[0].length;
    const after = start.slice(end, end + 12);
    if (/^\s?%/.test(after)) continue;
    const before = start.slice(Math.max(0, match.index - 8), match.index);
    if (currency && (isSign(SIGN_BEFORE.exec(before)?.[1]) || isSign(SIGN_AFTER.exec(after)?.[1]))) {
      found = amount;
      break;
    }
    found ??= amount;
  }
  return found === undefined ? undefined : { amount: found, ...(currency ? { currency } : {}) };
}

/** A price as data files write it (`1299.9`, `"1299.90"`), else as `parsePrice`. */
export function dataPrice(value: unknown): Price | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) && value >= 0 && value < 1e12 ? { amount: tidy(String(value)) } : undefined;
  }
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d{1,12}(\.\d{1,12})?$/.test(text)) return { amount: tidy(text) };
  return parsePrice(text);
}

/** Three letters are a sign only where they are a currency's code. */
function isSign(found: string | undefined): boolean {
  return found !== undefined && (!/^[a-z]{3}$/i.test(found) || isIsoCode(found) || /^lei$/i.test(found));
}

function decimal(written: string, currency: string | undefined): string | undefined {
  // Spaces and apostrophes group thousands; where they do not, two numbers stand side by side and the first counts.
  const number = written.replace(/٫/g, ",").replace(/٬/g, ".");
  const grouped = /^\d{1,3}(?:['’ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?/.exec(number)?.[0];
  const plain = (grouped ?? /^[\d.,]+/.exec(number)![0]).replace(/['’ \u00a0\u2009\u202f]/g, "");
  const text = plain.replace(/[.,]+$/, "");
  const separators = text.replace(/\d/g, "");
  if (text.replace(/\D/g, "").length > MAX_DIGITS) return undefined;
  if (separators === "") return tidy(text);
  const last = separators[separators.length - 1]!;
  const at = text.lastIndexOf(last);
  const fraction = text.slice(at + 1);
  const mixed = separators.includes(".") && separators.includes(",");
  const repeated = separators.split(last).length > 2;
  const thousandths = currency !== undefined && THREE_DECIMALS.has(currency);
  const grouping = repeated
    ? fraction.length === 3
    : !mixed && fraction.length === 3 && !thousandths && !/^0+[.,]/.test(text);
  if (grouping) return tidy(text.replace(/[.,]/g, ""));
  return tidy(text.slice(0, at).replace(/[.,]/g, "") + "." + fraction);
}

function tidy(amount: string): string {
  if (!/^\d+(\.\d+)?$/.test(amount)) return Number(amount).toFixed(2);
  const [whole, fraction] = amount.split(".");
  const digits = whole!.replace(/^0+(?=\d)/, "");
  const cents = fraction?.replace(/0+$/, "") ?? "";
  if (cents === "") return digits;
  return `${digits}.${cents.length === 1 ? cents + "0" : cents}`;
}

/** First digits of the decimal digits that shops write prices with. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];

/** Western digits, and none of the marks that set the direction of a number in a right-to-left line. */
function plainCharacters(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text.replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "").replace(
    /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]/g,
    (digit) => {
      const code = digit.charCodeAt(0);
      return String(code - ZEROS.findLast((zero) => zero <= code)!);
    },
  );
}
