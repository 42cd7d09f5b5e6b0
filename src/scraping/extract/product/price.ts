/** Prices as people write them, in any locale, to a plain decimal string and a currency. */

export interface Price {
  /** `1299.90`: a point, no grouping, no sign. */
  amount: string;
  /** ISO 4217, or the symbol where it belongs to several currencies. */
  currency?: string;
}

const MAX_CHARS = 120;
const MAX_DIGITS = 12;
const NUMBER = /\d(?:[\d.,'’٫٬ \u00a0\u2009\u202f]{0,24}\d)?/g;

/** Symbols and words that name one currency, longest first where one holds another. */
const SYMBOLS: [RegExp, string][] = [
  [/US ?\$|\bUSD\b/i, "USD"],
  [/CA ?\$|C\$|\bCAD\b/, "CAD"],
  [/AU ?\$|A\$|\bAUD\b/, "AUD"],
  [/NZ ?\$|\bNZD\b/, "NZD"],
  [/NT ?\$|\bTWD\b/, "TWD"],
  [/HK ?\$|\bHKD\b/, "HKD"],
  [/R\$|\bBRL\b/, "BRL"],
  [/€|\bEUR\b|\beuros?\b/i, "EUR"],
  [/£|\bGBP\b/, "GBP"],
  [/₪|ש["״'’]{0,2}ח|\bNIS\b|\bILS\b/, "ILS"],
  [/₹|\bINR\b/, "INR"],
  [/₽|\bRUB\b|руб/i, "RUB"],
  [/₴|\bUAH\b|грн/i, "UAH"],
  [/₺|\bTRY\b|\bTL\b/, "TRY"],
  [/₩|\bKRW\b|\d\s?원/, "KRW"],
  [/₫|\bVND\b/, "VND"],
  [/₱|\bPHP\b/, "PHP"],
  [/฿|\bTHB\b/, "THB"],
  [/₦|\bNGN\b/, "NGN"],
  [/\bCHF\b|\bFr\./, "CHF"],
  [/zł|\bPLN\b/i, "PLN"],
  [/Kč|\bCZK\b/, "CZK"],
  [/\bFt\b|\bHUF\b/i, "HUF"],
  [/\blei\b|\bRON\b/i, "RON"],
  [/лв|\bBGN\b/i, "BGN"],
  [/\bSEK\b/, "SEK"],
  [/\bNOK\b/, "NOK"],
  [/\bDKK\b/, "DKK"],
  [/\bJPY\b|円/, "JPY"],
  [/\bCNY\b|\bRMB\b/, "CNY"],
  [/\bAED\b/, "AED"],
  [/ر\.س|\bSAR\b/, "SAR"],
  [/\bZAR\b/, "ZAR"],
  [/\bMXN\b/, "MXN"],
  [/\bSGD\b|S\$/, "SGD"],
];
const SHARED_SYMBOL = /[$¥]|\bkr\b\.?|\bRs\b\.?|\bKn\b|\bR(?=\s?\d)/i;

/** The first price in a text, or undefined. Only the start of a long text is looked at. */
export function parsePrice(text: string): Price | undefined {
  const start = westernDigits(text.slice(0, MAX_CHARS));
  for (const [number] of start.matchAll(NUMBER)) {
    const amount = decimal(number);
    if (amount) {
      const currency = parseCurrency(start);
      return { amount, ...(currency ? { currency } : {}) };
    }
  }
  return undefined;
}

/** The currency a text names: ISO 4217 where it can be told, else the symbol. */
export function parseCurrency(text: string): string | undefined {
  const start = text.slice(0, MAX_CHARS);
  for (const [pattern, code] of SYMBOLS) if (pattern.test(start)) return code;
  const iso = /^\s*([A-Z]{3})\s*$/.exec(start)?.[1];
  return iso ?? SHARED_SYMBOL.exec(start)?.[0];
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

function decimal(written: string): string | undefined {
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
  const grouping = repeated || (!mixed && fraction.length === 3 && !/^0+[.,]/.test(text));
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

function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}
