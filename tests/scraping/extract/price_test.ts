import { assertEquals } from "@std/assert";
import { availabilityShown, availabilityWord } from "../../../src/scraping/extract/product/availability.ts";
import { validGtin } from "../../../src/scraping/extract/product/gtin.ts";
import { dataPrice, parsePrice } from "../../../src/scraping/extract/product/price.ts";

const shown: [string, string, string | undefined][] = [
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
];
for (const [text, amount, currency] of shown) {
  Deno.test(`parsePrice() reads ${text}`, () => {
    assertEquals(parsePrice(text), { amount, ...(currency ? { currency } : {}) });
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
