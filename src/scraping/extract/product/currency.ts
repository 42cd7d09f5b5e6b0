/** Currencies as people write them: symbols, abbreviations and words to ISO 4217, where that can be told. */

const MAX_CHARS = 120;

/** Signs and words that name one currency, longest first where one holds another. */
const ONE_CURRENCY: [RegExp, string][] = [
  [/US ?\$|\$ ?US\b|\bUSD\b/i, "USD"],
  [/\bCA ?\$|\bC\$|\$ ?CA\b|\bCAD\b/, "CAD"],
  [/\bAU ?\$|\bA\$|\bAUD\b/, "AUD"],
  [/\bNZ ?\$|\bNZD\b/, "NZD"],
  [/\bNT ?\$|\bTWD\b/, "TWD"],
  [/\bHK ?\$|\bHKD\b/, "HKD"],
  [/\bMX ?\$|\bMXN\b/, "MXN"],
  [/R\$|\bBRL\b/, "BRL"],
  [/\bS\$|\bSGD\b/, "SGD"],
  [/€|\bEUR\b|\beuros?\b/i, "EUR"],
  [/£|\bGBP\b/, "GBP"],
  [/₪|ש["״'’]{0,2}ח|\bNIS\b|\bILS\b/, "ILS"],
  [/₹|\bINR\b/, "INR"],
  [/₽|\bRUB\b|руб/i, "RUB"],
  [/₴|\bUAH\b|грн/i, "UAH"],
  [/₸|\bKZT\b|тг(?![а-я])|тенге/i, "KZT"],
  [/₺|\bTRY\b|\bTL\b/, "TRY"],
  [/₩|\bKRW\b|\d\s?원/, "KRW"],
  [/₫|\bVND\b/, "VND"],
  [/₱|\bPHP\b/, "PHP"],
  [/฿|\bTHB\b/, "THB"],
  [/₦|\bNGN\b/, "NGN"],
  [/₾|\bGEL\b/, "GEL"],
  [/\bCHF\b|\bFr\./, "CHF"],
  [/zł|\bPLN\b/i, "PLN"],
  [/Kč|\bCZK\b/, "CZK"],
  [/\bFt\b|\bHUF\b/i, "HUF"],
  [/\blei\b|\bRON\b/i, "RON"],
  [/лв|\bBGN\b/i, "BGN"],
  [/\bSEK\b/, "SEK"],
  [/\bNOK\b/, "NOK"],
  [/\bDKK\b/, "DKK"],
  [/\bHRK\b/, "HRK"],
  [/\bJPY\b|円/, "JPY"],
  [/\bCNY\b|\bRMB\b/, "CNY"],
  [/\bAED\b|د\.إ/, "AED"],
  [/ر\.س|\bSAR\b/, "SAR"],
  [/\bKWD\b|د\.ك/, "KWD"],
  [/\bEGP\b|ج\.م/, "EGP"],
  [/\bZAR\b/, "ZAR"],
  [/\bPEN\b|\bS\/\.? ?(?=\d)/, "PEN"],
  [/\bRM ?(?=\d)|\bMYR\b/, "MYR"],
  [/\bRp\b\.?|\bIDR\b/, "IDR"],
];
const SHARED_SIGN = /[$¥￥元]|\bkr\b\.?|\bRs\b\.?|\bkn\b|\bR(?=\s?\d)/i;
const ISO =
  /^\s*(AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|GEL|HKD|HRK|HUF|IDR|ILS|INR|ISK|JOD|JPY|KES|KRW|KWD|KZT|LBP|LKR|MAD|MDL|MXN|MYR|NGN|NOK|NZD|OMR|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|UYU|VND|ZAR)\s*$/i;

/** Which of the currencies that share a sign a country uses. */
const BY_COUNTRY: Record<string, Record<string, string>> = {
  $: {
    us: "USD",
    ca: "CAD",
    au: "AUD",
    nz: "NZD",
    tw: "TWD",
    hk: "HKD",
    sg: "SGD",
    mx: "MXN",
    ar: "ARS",
    cl: "CLP",
    co: "COP",
    uy: "UYU",
  },
  "¥": { jp: "JPY", cn: "CNY" },
  元: { tw: "TWD", cn: "CNY", hk: "HKD" },
  kr: { se: "SEK", no: "NOK", dk: "DKK", is: "ISK" },
  rs: { in: "INR", pk: "PKR", lk: "LKR", np: "NPR", mu: "MUR" },
  r: { za: "ZAR" },
  kn: { hr: "HRK" },
};
/** Languages spoken where one of a sign's currencies is used and no other. */
const BY_LANGUAGE: Record<string, Record<string, string>> = {
  "¥": { ja: "JPY" },
  kr: { sv: "SEK", nb: "NOK", nn: "NOK", no: "NOK", da: "DKK", is: "ISK" },
  kn: { hr: "HRK" },
  r: { af: "ZAR" },
};
/** Top-level domains of countries that are sold as if they were none's. */
const NOT_A_COUNTRY = new Set(["co", "is", "in"]);

/** Whether a text is the ISO 4217 code of a currency that shops price in. */
export function isIsoCode(text: string): boolean {
  return ISO.test(text);
}

/** The currency a text names: ISO 4217 where it can be told, else the sign as shown. */
export function parseCurrency(text: string): string | undefined {
  const start = text.slice(0, MAX_CHARS);
  if (!/[^\d\s.,'’-]/.test(start)) return undefined;
  const iso = ISO.exec(start)?.[1];
  if (iso) return iso.toUpperCase();
  for (const [pattern, code] of ONE_CURRENCY) if (pattern.test(start)) return code;
  return SHARED_SIGN.exec(start)?.[0];
}

/**
 * The ISO code of a sign that several currencies share, by the country of the page's domain or of its language tag, or
 * by a language that only one of them speaks. The sign itself where that does not tell.
 */
export function resolveCurrency(sign: string, page: { url: string; language?: string }): string {
  const key = sign.toLowerCase().replace(/[.\s]/g, "").replace("￥", "¥");
  const countries = Object.hasOwn(BY_COUNTRY, key) ? BY_COUNTRY[key]! : undefined;
  if (!countries) return sign;
  const labels = (URL.parse(page.url)?.hostname ?? "").toLowerCase().split(".");
  const top = labels[labels.length - 1] ?? "";
  const second = /^(com?|net|org)$/.test(labels[labels.length - 2] ?? "") && labels.length > 2;
  if (Object.hasOwn(countries, top) && (second || !NOT_A_COUNTRY.has(top))) return countries[top]!;
  const [language = "", ...rest] = (page.language ?? "").toLowerCase().split("-");
  const languages = Object.hasOwn(BY_LANGUAGE, key) ? BY_LANGUAGE[key]! : {};
  if (Object.hasOwn(languages, language)) return languages[language]!;
  // "en-US" is what templates say that were never told where they are; other regions were chosen.
  const region = rest.find((part) => part.length === 2 && part !== "us");
  return region !== undefined && Object.hasOwn(countries, region) ? countries[region]! : sign;
}
