import { assert, assertEquals } from "@std/assert";
import { buildTree } from "../../../src/scraping/extract/build_tree.ts";
import { pageMetadata } from "../../../src/scraping/extract/metadata.ts";
import { PageUrls } from "../../../src/scraping/extract/page_url.ts";
import { mayBeProduct } from "../../../src/scraping/extract/product/may_be_product.ts";
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

Deno.test("extractPage() takes the offer that can be bought of one product's sizes, and its stock", () => {
  const offers = ["OutOfStock", "InStock"].map((word, i) => ({
    "@type": "Offer",
    url: "https://shop.example/boot",
    price: 69.95 + i,
    priceCurrency: "EUR",
    availability: `https://schema.org/${word}`,
  }));
  const { product } = extractText(
    `<script type="application/ld+json">${
      JSON.stringify({ "@type": "Product", name: "Boot", offers })
    }</script>`,
    { url: "https://shop.example/boot" },
  );
  assertEquals([product?.price?.value, product?.availability?.value], ["70.95", "InStock"]);
});

Deno.test("extractPage() takes no former price, saving, instalment, threshold or price per unit", () => {
  for (
    const other of [
      '<span class="price old">50,00 €</span>',
      '<span class="price">RRP 50,00 €</span>',
      '<span class="price">You save 20,00 €</span>',
      '<span class="price">3 x 10,00 €</span>',
      '<span class="price">10,00 € / month</span>',
      '<span class="price">Free delivery over 50 €</span>',
      '<span class="price">3,00 € / kg</span>',
      '<del class="price">50,00 €</del>',
      '<select><option class="price">20,00 €</option></select>',
      '<span class="price" style="display:none">20,00 €</span>',
    ]
  ) {
    const { product } = extractText(
      `<h1>Lamp</h1>${other}<div><p></p><span class="price">30,00 €</span><button class="buy-now">Buy</button></div>`,
    );
    assertEquals(product?.price?.value, "30", other);
  }
});

Deno.test("extractPage() tells by the site's country which dollar a page means", () => {
  const html = `<h1>Lamp</h1><p class="price">$30.00</p><button class="buy-now">Buy</button>`;
  assertEquals(extractText(html, { url: "https://shop.example.ca/p" }).product?.currency?.value, "CAD");
  assertEquals(extractText(html, { url: "https://shop.example/p" }).product?.currency?.value, "$");
});

Deno.test("extractPage() says that what has a price can be bought, not very surely, and believes a denial", () => {
  const page = (more: string) =>
    extractText(`<h1>Lamp number one</h1><p class="price">30,00 €</p>${more}`).product?.availability;
  assertEquals(page(""), { value: "InStock", source: "page", confidence: 0.25 });
  assertEquals(page('<p class="stock">אזל מהמלאי</p>')?.value, "OutOfStock");
  assertEquals(page('<p class="stock">Only 2 left in stock</p>')?.value, "InStock");
});

Deno.test("extractPage() reads specifications of two-part rows, a trail with its end, and the largest image", () => {
  const { product } = extractText(
    `<nav aria-label="Breadcrumb"><ol><li><a href="/">Home</a> /</li><li><a href="/l">Lamps</a></li><li>Desk lamp</li></ol></nav>
    <h1>Desk lamp</h1><img alt="Desk lamp" src="/s.jpg" srcset="/s.jpg 100w, /l.jpg 900w, /m.jpg 400w">
    <p class="price">30,00 €</p><button class="buy-now">Buy</button>
    <ul class="product-specs"><li><span>Colour:</span><span>blue</span></li><li><b>EAN</b> <i>4006381333931</i></li></ul>`,
    { url: "https://shop.example/p/lamp" },
  );
  assertEquals(product?.breadcrumbs?.value, ["Home", "Lamps", "Desk lamp"]);
  assertEquals(product?.images?.value, ["https://shop.example/l.jpg"]);
  assertEquals(product?.specifications?.value[0], { name: "Colour", value: "blue" });
  assertEquals(product?.gtin?.value, "4006381333931");
});

Deno.test("extractPage() reads Hebrew labels of number and brand", () => {
  const { product } = extractText(
    `<html lang="he"><h1>מנורת שולחן</h1><span class="price">‏129.90 ₪‏</span><button class="add-to-cart">הוסף לסל</button>
    <p>מק"ט: ML-7788</p><p><b>מותג:</b> <span>דוגמה בע"מ</span></p>`,
  );
  assertEquals([product?.price?.value, product?.currency?.value], ["129.90", "ILS"]);
  assertEquals([product?.sku?.value, product?.brand?.value], ["ML-7788", 'דוגמה בע"מ']);
});

Deno.test("mayBeProduct() asks for a sign of one: markup, a price's name, a way to buy, an amount", () => {
  const may = (html: string) => {
    const page = buildTree(html);
    return mayBeProduct(page, pageMetadata(page, new PageUrls("https://shop.example/", undefined)));
  };
  assertEquals(may("<h1>Of lamps</h1><p>In 2024 they were FAMOUS.</p><div class=author>A</div>"), false);
  assertEquals(may('<div itemscope itemtype="https://schema.org/Product">'), true);
  assertEquals(may("<i>30 €</i>"), true);
  assertEquals(may("<i>30</i><b>€</b>"), true);
  assertEquals(may("<i class=price>30</i>"), true);
  assertEquals(may("<button class=add-to-cart>"), true);
  assertEquals(may('<script type="application/ld+json">{"@type":"Product"}</script>'), true);
  assertEquals(may('<meta property="product:price:amount" content="3">'), true);
});
