import { assertEquals } from "@std/assert";
import type { Sourced } from "../../../src/sandbox/port.ts";
import { AddressIds } from "../../../src/scraping/extract/product/address_ids.ts";
import { chooseSku } from "../../../src/scraping/extract/product/choose_code.ts";
import { choosePrice } from "../../../src/scraping/extract/product/choose_price.ts";
import { extractText } from "../fixture_page.ts";

const said = (value: string, source: Sourced<string>["source"], confidence: number): Sourced<string> => ({
  value,
  source,
  confidence,
});
const shown = (amount: string, score: number) => ({ amount, score, currency: "EUR" });

Deno.test("choosePrice() takes of two declared prices the one that the page shows", () => {
  const declared = [said("90", "json-ld", 0.95), said("400", "opengraph", 0.8)];
  assertEquals(choosePrice(declared, [shown("400", 60), shown("90", 46)])?.value, "400");
  assertEquals(choosePrice(declared, [shown("90", 60), shown("400", 46)])?.value, "90");
  assertEquals(choosePrice(declared, [])?.value, "90");
});

Deno.test("choosePrice() believes the page only where it shows the declared price nowhere and another plainly", () => {
  const declared = [said("67.84", "opengraph", 0.8)];
  assertEquals(choosePrice(declared, [shown("71.91", 48)]), said("71.91", "page", 0.48));
  assertEquals(choosePrice(declared, [shown("71.91", 30)])?.value, "67.84");
  assertEquals(choosePrice(declared, [shown("71.91", 48), shown("67.84", 5)])?.value, "67.84");
});

Deno.test("choosePrice() takes the sale price that the page shows before a higher one that it strikes out", () => {
  const declared = [said("100", "json-ld", 0.95)];
  const struck = { ...shown("100", 36), struck: true };
  assertEquals(choosePrice(declared, [shown("80", 61), struck])?.value, "80");
  assertEquals(choosePrice(declared, [shown("80", 61), shown("100", 36)])?.value, "100");
  assertEquals(choosePrice(declared, [shown("120", 61), struck])?.value, "100");
});

Deno.test("choosePrice() takes no shown price that is unlikely", () => {
  assertEquals(choosePrice([], [shown("12", 24)]), undefined);
  assertEquals(choosePrice([], [shown("12", 25)])?.value, "12");
});

Deno.test("chooseSku() takes the number that the address names before a surer one that it does not", () => {
  const address = new AddressIds("https://shop.example/prod/144432/", []);
  const skus = [said("TOWER 9010", "json-ld", 0.95)];
  assertEquals(chooseSku(skus, [said("144432", "json-ld", 0.95)], [], address)?.value, "144432");
  assertEquals(chooseSku(skus, [said("144433", "json-ld", 0.95)], [], address)?.value, "TOWER 9010");
});

Deno.test("chooseSku() takes a printed number before a bare attribute, and no attribute alone", () => {
  const address = new AddressIds("https://shop.example/lamp/p3969033", []);
  const attribute = said("3969033", "page", 0.3);
  assertEquals(chooseSku([attribute, said("64981901", "page", 0.5)], [], [], address)?.value, "64981901");
  assertEquals(chooseSku([attribute], [], [], address)?.value, "3969033");
  const worded = new AddressIds("https://shop.example/lamp-ab123-white", []);
  assertEquals(chooseSku([said("AB123", "page", 0.3)], [], [], worded)?.value, "AB123");
  const elsewhere = new AddressIds("https://shop.example/lamp", []);
  assertEquals(chooseSku([attribute], [], [], elsewhere), undefined);
});

Deno.test("chooseSku() takes a GTIN that a feed writes for a number after the address", () => {
  const address = new AddressIds("https://shop.example/book-1589482272.html", []);
  const gtin = said("9789724084985", "opengraph", 0.65);
  assertEquals(chooseSku([gtin], [], [said("9789724084985", "page", 0.45)], address)?.value, "1589482272");
  assertEquals(chooseSku([gtin], [], [], address)?.value, "9789724084985");
});

Deno.test("AddressIds knows a code whatever it is punctuated with, and not a part of a longer number", () => {
  const address = new AddressIds("https://shop.example/p/led-lamp-90423019/?v=vei22g013-k11", []);
  assertEquals(address.has("904.230.19"), true);
  assertEquals(address.has("VEI22G013-K11"), true);
  assertEquals(address.has("042301"), false);
  assertEquals(address.has("lamp"), false);
  assertEquals(new AddressIds("https://shop.example/c5780a200532255/x", []).has("200532255"), true);
});

const lone: [string, string | undefined, string[]?][] = [
  ["https://shop.example/itm/114532738197", "114532738197"],
  ["https://shop.example/dp/B08LNDXM65", "B08LNDXM65"],
  ["https://shop.example/Shoe-x3410048.php", "3410048"],
  ["https://shop.example/lamp-in-the-style-of-1970", undefined],
  ["https://shop.example/store/122725", "260591", ["https://shop.example/store/122725?pid=260591"]],
  ["https://shop.example/int.php?page=product&pid=428514", "428514"],
  ["https://shop.example/int.php?cat_id=428514&pid=428515", undefined],
];
for (const [url, id, own = []] of lone) {
  Deno.test(`AddressIds.lone() of ${own[0] ?? url} is ${id}`, () => {
    assertEquals(new AddressIds(url, own).lone(), id);
  });
}

Deno.test("extractPage() tells a product by a printed number that its address has, and a price in large type", () => {
  const html = `<title>Sink and basket</title><table><tr><td>〈商品編號：M14876706〉</td></tr><tr><td>
    <h1>Sink and basket</h1><b>72 折</b> <span style="font:bold 27px Verdana">2320</span><span> 元 </span></td></tr></table>`;
  const { product } = extractText(html, { url: "https://shop.example.tw/x/M14876706.htm" });
  assertEquals([product?.price?.value, product?.currency?.value, product?.sku?.value], [
    "2320",
    "TWD",
    "M14876706",
  ]);
});

Deno.test("extractPage() takes a page with a bare amount for a product's only where its printed number is its address's", () => {
  const page = (number: string) =>
    extractText(`<title>Sink</title><h1>Sink</h1><p>Item number: ${number}</p><p class="price">2320</p>`, {
      url: "https://shop.example/x/M14876706.htm",
    }).product;
  assertEquals(page("M14876706")?.price?.value, "2320");
  assertEquals(page("M19999999"), null);
});

Deno.test("extractPage() takes the brand out of a link to all of its products", () => {
  const { product } = extractText(
    `<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Oven</h1>
    <a itemprop="brand" href="/b">More of the brand: Exemplar</a></div>`,
  );
  assertEquals(product?.brand?.value, "Exemplar");
});
