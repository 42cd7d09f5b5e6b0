import { dataPrice, parsePrice } from "../product/price.ts";

/** One separator and three digits behind it: thousands in some languages, a fraction in others. */
const AMBIGUOUS = /(?<![\d.,])(\d{1,3})([.,])(\d{3})(?![\d.,])/;
const MAX_CHARS = 120;

/**
 * The first number in a text, in any digits and grouping: `1.299,90`, `1,299.90`, `1 299,90`, `−12.5`. `1.250` is read by
 * the language of the page, and without one as thousands. What a page writes for machines (`forMachines`) has a point
 * for its fraction and nothing else.
 */
export function readNumber(
  text: string,
  options: { language?: string; forMachines?: boolean } = {},
): number | undefined {
  const start = text.slice(0, MAX_CHARS);
  const plain = options.forMachines ? /^\s*([+-]?\d{1,15}(?:\.\d{1,15})?)\s*$/.exec(start)?.[1] : undefined;
  if (plain !== undefined) return Number(plain);
  const western = westernDigits(start);
  const at = western.search(/\d/);
  if (at < 0) return undefined;
  const [whole, integer, separator, fraction] = AMBIGUOUS.exec(western) ?? [];
  const isFirst = whole !== undefined && western.indexOf(whole) === at;
  const amount = isFirst && separator === decimalMark(options.language)
    ? `${integer}.${fraction}`
    : parsePrice(western)?.amount;
  if (amount === undefined) return undefined;
  const value = Number(amount);
  return value !== 0 && isNegative(western.slice(0, at)) ? -value : value;
}

/** A price as a plain decimal string, `1299.90`. */
export function readPrice(text: string): string | undefined {
  return dataPrice(text)?.amount;
}

/** A minus that stands for itself, not the dash of `A-12` or of a range. */
function isNegative(before: string): boolean {
  return /(?:^|\s)[-\u2212\u2013]\s?$/.test(before.slice(-4));
}

function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/** What stands before a fraction in a language; undefined where it is not known. */
function decimalMark(language: string | undefined): string | undefined {
  if (language === undefined) return undefined;
  try {
    const parts = new Intl.NumberFormat(language, { numberingSystem: "latn" }).formatToParts(1.5);
    return parts.find(({ type }) => type === "decimal")?.value;
  } catch {
    return undefined; // no language
  }
}
