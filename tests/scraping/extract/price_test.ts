import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { availabilityShown, availabilityWord } from "../../../src/scraping/extract/product/availability.ts";
import { parseCurrency, resolveCurrency } from "../../../src/scraping/extract/product/currency.ts";
import { validGtin } from "../../../src/scraping/extract/product/gtin.ts";
import { dataPrice, parsePrice } from "../../../src/scraping/extract/product/price.ts";

const shown: [string, string | undefined, string | undefined][] = [
  ["1.299,00 €", "1299", "EUR"],
  ["€ 1.299,50", "1299.50", "EUR"],
  ["$1,299.00", "1299", "$"],
  ["US $1,299.95", "1299.95", "USD"],
  ["1 299,- Kč", "1299", "CZK"],
  ["1 299,90 zł", "1299.90", "PLN"],
  ["1\u00a0299,90 zł", "1299.90", "PLN"],
  ["1\u202f299,90 €", "1299.90", "EUR"],
  ["₪1,299", "1299", "ILS"],
  ['1,299.90 ש"ח', "1299.90", "ILS"],
  ["CHF 12'990.–", "12990", "CHF"],
  ["CHF 12’990.50", "12990.50", "CHF"],
  ["R$ 12.345.678,90", "12345678.90", "BRL"],
  ["₹1,29,999.00", "129999", "INR"],
  ["12,5 €", "12.50", "EUR"],
  ["0.999 €", "0.999", "EUR"],
  ["1.299 €", "1299", "EUR"],
  ["£50", "50", "GBP"],
  ["Price: £9.99 each", "9.99", "GBP"],
  ["١٬٢٩٩٫٥٠ ر.س", "1299.50", "SAR"],
  ["¥12,800", "12800", "¥"],
  ["299 kr", "299", "kr"],
  ["Rs. 1,29,900", "129900", "Rs."],
  ["NT$ 1,299", "1299", "TWD"],
  ["CHF 1'299.-", "1299", "CHF"],
  ["kr 1.299,-", "1299", "kr"],
  ["1.250 KWD", "1.25", "KWD"],
  ["KWD 1.255", "1.255", "KWD"],
  ["1,234,56 €", "1234.56", "EUR"],
  ["\u200f1,299.90\u00a0₪\u200f", "1299.90", "ILS"],
  ["-20% 99,00 €", "99", "EUR"],
  ["20% off", undefined, undefined],
  ["Pack of 2: $19.99", "19.99", "$"],
  ["GET 2 for 10 €", "10", "EUR"],
  ["２，９８０円".replace("，", ","), "2980", "JPY"],
  ["۱٬۲۹۹ €", "1299", "EUR"],
  ["१२९ ₹", "129", "INR"],
  ["131 990 тг.", "131990", "KZT"],
];
for (const [text, amount, currency] of shown) {
  Deno.test(`parsePrice() reads ${text}`, () => {
    const expected = amount === undefined ? undefined : { amount, ...(currency ? { currency } : {}) };
    assertEquals(parsePrice(text), expected);
  });
}

Deno.test("parsePrice() finds none where there is no number, and takes no phone number for one", () => {
  assertEquals(parsePrice("call us"), undefined);
  assertEquals(parsePrice("0123456789012345"), undefined);
});

Deno.test("dataPrice() takes a point as decimal in data, whatever follows", () => {
  assertEquals(dataPrice("1.299")?.amount, "1.299");
  assertEquals(dataPrice(89.9)?.amount, "89.90");
  assertEquals(dataPrice("1.299,00")?.amount, "1299");
  assertEquals(dataPrice("free"), undefined);
  assertEquals(dataPrice(-1), undefined);
});

Deno.test("validGtin() wants the right check digit and length", () => {
  assertEquals(validGtin("4006381333931"), "4006381333931");
  assertEquals(validGtin("4006381333932"), undefined);
  assertEquals(validGtin("EAN: 40170725"), "40170725");
  assertEquals(validGtin("036000291452"), "036000291452");
  assertEquals(validGtin("12345"), undefined);
  assertEquals(validGtin("0000000000000"), undefined);
});

Deno.test("availabilityWord() knows schema.org's and OpenGraph's words", () => {
  assertEquals(availabilityWord("https://schema.org/InStock"), "InStock");
  assertEquals(availabilityWord("out of stock"), "OutOfStock");
  assertEquals(availabilityWord("PreOrder"), "PreOrder");
  assertEquals(availabilityWord("perhaps"), undefined);
});

Deno.test("availabilityShown() does not take a denial for stock", () => {
  assertEquals(availabilityShown("אזל מהמלאי"), "OutOfStock");
  assertEquals(availabilityShown("במלאי"), "InStock");
  assertEquals(availabilityShown("Nicht lieferbar"), "OutOfStock");
  assertEquals(availabilityShown("Auf Lager"), "InStock");
});

/** The ways of writing one amount that differ in grouping and decimal mark. */
const WAYS = [
  { group: ",", mark: "." },
  { group: ".", mark: "," },
  { group: " ", mark: "," },
  { group: "\u00a0", mark: "," },
  { group: "\u202f", mark: "," },
  { group: "'", mark: "." },
  { group: "’", mark: "." },
  { group: "", mark: "." },
  { group: "", mark: "," },
];
const SIGNS: [string, string, string][] = [["", " €", "EUR"], ["£", "", "GBP"], ["CHF ", "", "CHF"], [
  "₪ ",
  "",
  "ILS",
]];

Deno.test("parsePrice() reads every amount back however it is grouped, marked and signed", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 99_999_999 }),
    fc.integer({ min: 0, max: 99 }),
    fc.constantFrom(...WAYS),
    fc.constantFrom(...SIGNS),
    (whole, cents, { group, mark }, [before, after, currency]) => {
      const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, group);
      const text = `${before}${grouped}${mark}${String(cents).padStart(2, "0")}${after}`;
      const amount = cents === 0 ? String(whole) : `${whole}.${String(cents).padStart(2, "0")}`;
      assertEquals(parsePrice(text), { amount, currency });
    },
  ));
});

Deno.test("parsePrice() gives a plain decimal or nothing, whatever the text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
    const price = parsePrice(text);
    assertEquals(price === undefined || /^\d+(\.\d{2,})?$/.test(price.amount), true);
  }));
});

Deno.test("validGtin() takes the right check digit only", () => {
  fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{11}$/), (start) => {
    const right = Array.from({ length: 10 }, (_, digit) => `${start}${digit}`).filter((code) =>
      validGtin(code)
    );
    assertEquals(right.length, 1);
  }));
});

Deno.test("resolveCurrency() tells a shared sign by country or language, and keeps it where they do not tell", () => {
  const at = (host: string, language?: string) => ({ url: `https://${host}/p`, language });
  assertEquals(resolveCurrency("$", at("shop.example.com.au")), "AUD");
  assertEquals(resolveCurrency("$", at("shop.example.cl")), "CLP");
  assertEquals(resolveCurrency("$", at("shop.example", "fr-CA")), "CAD");
  assertEquals(resolveCurrency("$", at("shop.example", "en-US")), "$");
  assertEquals(resolveCurrency("$", at("shop.co")), "$");
  assertEquals(resolveCurrency("kr", at("shop.example", "sv")), "SEK");
  assertEquals(resolveCurrency("kr.", at("shop.dk")), "DKK");
  assertEquals(resolveCurrency("¥", at("shop.example", "ja")), "JPY");
  assertEquals(resolveCurrency("¥", at("shop.example", "en")), "¥");
  assertEquals(resolveCurrency("Rs.", at("shop.pk")), "PKR");
});

Deno.test("parseCurrency() takes no other three letters for a currency's code", () => {
  assertEquals(parseCurrency("NEW"), undefined);
  assertEquals(parseCurrency("sek"), "SEK");
});
