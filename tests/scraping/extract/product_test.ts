import { assert, assertEquals } from "@std/assert";
import { extractFixture, extractText } from "../fixture_page.ts";

Deno.test("extractPage() reads broken JSON-LD with a graph, references and entities", async () => {
  const { product } = await extractFixture("product_en.html");
  assertEquals(product?.price, { value: "89.90", source: "json-ld", confidence: 0.95 });
  assertEquals(product?.name?.value, "Concert ukulele & bag");
  assertEquals(product?.gtin?.value, "4006381333931");
  assertEquals(product?.brand?.value, "Exemplar");
  assertEquals(product?.availability?.value, "InStock");
  assertEquals(product?.breadcrumbs?.value, ["Strings", "Ukuleles"]);
  assertEquals(product?.images?.value, ["https://shop.example/img/uke.jpg"]);
  assertEquals(product?.rating?.value, { value: 4.5, count: 12 });
});

Deno.test("extractPage() reads microdata with nested items and a local price", async () => {
  const { product } = await extractFixture("product_microdata.html");
  assertEquals(product?.price, { value: "1299", source: "microdata", confidence: 0.9 });
  assertEquals(product?.brand?.value, "Muster");
  assertEquals(product?.sku?.value, "BF-12");
  assertEquals(product?.availability?.value, "OutOfStock");
});

Deno.test("extractPage() reads what a Hebrew page only shows, not the old price", async () => {
  const { product } = await extractFixture("product_he_1255.html");
  assertEquals(product?.price?.value, "1299.90");
  assertEquals(product?.price?.source, "page");
  assertEquals(product?.currency?.value, "ILS");
  assertEquals(product?.sku?.value, "AG-100-N");
  assertEquals(product?.availability?.value, "InStock");
  assertEquals(product?.specifications?.value[1], { name: "מספר מיתרים", value: "6" });
});

Deno.test("extractPage() reads RDFa Lite and OpenGraph", () => {
  const rdfa = extractText(`<div vocab="https://schema.org/" typeof="Product"><h1 property="name">Drum</h1>
    <div property="offers" typeof="Offer"><span property="price" content="19.90"></span>
    <meta property="priceCurrency" content="GBP"></div></div>`).product;
  assertEquals(rdfa?.price, { value: "19.90", source: "rdfa", confidence: 0.85 });
  assertEquals(rdfa?.currency?.value, "GBP");
  const og = extractText(`<meta property="og:type" content="product"><meta property="og:title" content="Drum">
    <meta property="product:price:amount" content="19.9"><meta property="product:price:currency" content="USD">`)
    .product;
  assertEquals(og?.price, { value: "19.90", source: "opengraph", confidence: 0.8 });
  assertEquals(og?.currency?.value, "USD");
});

Deno.test("extractPage() takes the variant that the address names", () => {
  const html = `<script type="application/ld+json">{"@type":"ProductGroup","name":"Strap","hasVariant":[
    {"@type":"Product","sku":"ST-BLACK","offers":{"price":10,"priceCurrency":"EUR"}},
    {"@type":"Product","sku":"ST-BROWN","offers":{"price":12,"priceCurrency":"EUR"}}]}</script><h1>Strap</h1>`;
  const { product } = extractText(html, { url: "https://shop.example/strap?v=ST-BROWN" });
  assertEquals(product?.price?.value, "12");
  assertEquals(product?.sku?.value, "ST-BROWN");
});

Deno.test("extractPage() takes the lowest price of an AggregateOffer and no list price", () => {
  const aggregate = extractText(`<script type="application/ld+json">[{"@type":["Product"],"name":"A",
    "offers":{"@type":"AggregateOffer","lowPrice":"5.00","highPrice":"9.00","priceCurrency":"EUR"}}]</script>`);
  assertEquals(aggregate.product?.price?.value, "5");
  const listed = extractText(
    `<script type="application/ld+json">{"@type":"Product","name":"A","offers":{"@type":"Offer",
    "priceSpecification":[{"priceType":"https://schema.org/ListPrice","price":20},{"price":15,"priceCurrency":"EUR"}]}}</script>`,
  );
  assertEquals(listed.product?.price?.value, "15");
});

Deno.test("extractPage() finds no product in an article, a reference page or a listing", async () => {
  assertEquals((await extractFixture("article_en.html")).product, null);
  assertEquals((await extractFixture("reference.html")).product, null);
  const items = Array.from(
    { length: 6 },
    (_, i) => ({ "@type": "Product", name: `Item number ${i}`, sku: `S${i}` }),
  );
  const listing = extractText(
    `<title>All items</title><h1>All</h1><script type="application/ld+json">${
      JSON.stringify(items)
    }</script>`,
  );
  assertEquals(listing.product, null);
});

Deno.test("extractPage() reads cents that only markup sets apart", () => {
  const { product } = extractText(
    `<h1>Lamp</h1><p class="product-price">79<sup>99</sup> Lei</p><button>Add to cart</button>`,
  );
  assertEquals(product?.price?.value, "79.99");
  assertEquals(product?.currency?.value, "RON");
});

Deno.test("extractPage() takes the price beside the title, not a recommendation's", () => {
  const { product } = extractText(
    `<h1>Lamp</h1><div><span class="price">30 €</span><button>Add to cart</button></div>
    <section class="recommendations"><h2>Others</h2><span class="price sale">10 €</span></section>`,
  );
  assertEquals(product?.price?.value, "30");
});

Deno.test("extractPage() survives JSON-LD that is hostile or no JSON", () => {
  const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
  for (
    const text of [deep, '{"@type":"Product","name":{"name":', "{".repeat(10_000), '{"__proto__":{"x":1}}']
  ) {
    const page = extractText(`<script type="application/ld+json">${text}</script><p>words</p>`);
    assert(page.markdown?.includes("words"));
  }
});

Deno.test("extractPage() reads a price from an OpenGraph tag without an amount and from a Twitter card", () => {
  const og = extractText('<meta property="og:price" content="30,000원~"><h1>Deal</h1>').product;
  assertEquals([og?.price?.value, og?.currency?.value], ["30000", "KRW"]);
  const card = extractText(
    '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="$12.50"><h1>Drum</h1>',
  ).product;
  assertEquals([card?.price?.value, card?.currency?.value], ["12.50", "$"]);
});
