import type { Sourced } from "../../../sandbox/port.ts";
import type { PageUrls } from "../page_url.ts";
import { availabilityWord } from "./availability.ts";
import type { Candidates } from "./candidates.ts";
import { validGtin } from "./gtin.ts";
import { dataPrice, parseCurrency } from "./price.ts";
import { isNode, listOf, nodesOf, type SchemaNode, textValue, typesOf } from "./schema_node.ts";

const PRODUCT_TYPES = new Set([
  "Product",
  "ProductGroup",
  "ProductModel",
  "IndividualProduct",
  "SomeProducts",
  "Vehicle",
  "Car",
]);
/** Sold on pages of their own, and products only where an offer says so. */
const SOLD_TYPES = new Set([
  "Book",
  "Event",
  "Course",
  "SoftwareApplication",
  "MusicAlbum",
  "Movie",
  "VideoGame",
  "Drug",
]);
const MAX_IMAGES = 30;

/** What a page is known by, to tell its product from others it mentions. */
export interface PageIdentity {
  url: string;
  canonical?: string;
  /** BCP 47, as declared. */
  language?: string;
  /** Title and first heading, lower case. */
  titles: string[];
}

/** Adds the fields of the item the page is about; `false` where there is none or it cannot be told which. */
export function addSchemaProduct(
  nodes: SchemaNode[],
  to: Candidates,
  options: { source: Sourced<unknown>["source"]; confidence: number; urls: PageUrls; page: PageIdentity },
): boolean {
  const products = nodes.filter(isProduct);
  const product = choose(products, options.page, options.urls);
  if (!product) return false;
  const variant = chooseVariant(product, options.page);
  addFields(variant ? { ...product, ...withoutEmpty(variant) } : product, to, options);
  return true;
}

function isProduct(node: SchemaNode): boolean {
  const types = typesOf(node);
  return types.some((type) => PRODUCT_TYPES.has(type)) ||
    (types.some((type) => SOLD_TYPES.has(type)) && nodesOf(node.offers).length > 0);
}

function choose(products: SchemaNode[], page: PageIdentity, urls: PageUrls): SchemaNode | undefined {
  if (products.length <= 1) return products[0];
  const own = products.find((node) => {
    const url = urls.resolveWeb(textValue(node.url) ?? textValue(node["@id"]));
    return url !== undefined && (samePage(url, page.url) || samePage(url, page.canonical));
  });
  if (own) return own;
  const named = products.find((node) => {
    const name = textValue(node.name)?.toLowerCase();
    return name !== undefined && name.length > 3 && page.titles.some((title) => title.includes(name));
  });
  if (named) return named;
  // Several and none of them the page's: a listing. Two or three: the first, with its recommendations.
  return products.length <= 3 ? products[0] : undefined;
}

function samePage(a: string, b: string | undefined): boolean {
  return b !== undefined &&
    a.replace(/[?#].*$/, "").replace(/\/$/, "") === b.replace(/[?#].*$/, "").replace(/\/$/, "");
}

/** Of a group's variants the one the address names, else the first that can be bought. */
function chooseVariant(product: SchemaNode, page: PageIdentity): SchemaNode | undefined {
  const variants = nodesOf(product.hasVariant);
  if (variants.length === 0 || textValue(offersOf(product)[0]?.price) !== undefined) return undefined;
  const named = variants.find((variant) => {
    const url = textValue(variant.url) ?? textValue(offersOf(variant)[0]?.url);
    const sku = textValue(variant.sku);
    return url === page.url || (sku !== undefined && sku.length > 3 && page.url.includes(sku));
  });
  return named ??
    variants.find((variant) =>
      availabilityWord(textValue(offersOf(variant)[0]?.availability) ?? "") === "InStock"
    ) ??
    variants[0];
}

function addFields(
  product: SchemaNode,
  to: Candidates,
  options: { source: Sourced<unknown>["source"]; confidence: number; urls: PageUrls; page: PageIdentity },
): void {
  const { source, confidence, urls } = options;
  to.add("name", textValue(product.name), source, confidence);
  to.add("brand", textValue(product.brand) ?? textValue(product.manufacturer), source, confidence);
  to.add("sku", textValue(product.sku), source, confidence);
  to.add("sku", textValue(product.productID)?.replace(/^[a-z]{2,6}:\s*/i, ""), source, confidence - 0.25);
  to.add("mpn", textValue(product.mpn), source, confidence);
  to.add("description", textValue(product.description), source, confidence);
  for (const name of ["gtin13", "gtin", "gtin12", "gtin14", "gtin8", "isbn", "ean", "productID", "sku"]) {
    const value = textValue(product[name]);
    if (value) to.add("gtin", validGtin(value), source, confidence - (name === "sku" ? 0.3 : 0));
  }
  to.add("condition", word(textValue(product.itemCondition)), source, confidence);
  to.add("url", urls.resolveWeb(textValue(product.url)), source, confidence);
  to.add("images", images(product.image, urls), source, confidence);
  addRating(product, to, source, confidence);
  addSpecifications(product, to, source, confidence);
  addOffer(product, to, options);
}

function addOffer(
  product: SchemaNode,
  to: Candidates,
  options: { source: Sourced<unknown>["source"]; confidence: number; page: PageIdentity },
): void {
  const { source, confidence, page } = options;
  const offer = chooseOffer(offersOf(product), page) ?? product;
  const price = priceOf(offer);
  // Nothing is sold for nothing; zero is what a template writes that knows no price.
  if (price && Number(price.amount) > 0) {
    to.add("price", price.amount, source, confidence);
    to.add("currency", currencyOf(offer) ?? price.currency, source, confidence);
  }
  to.add("availability", availabilityWord(textValue(offer.availability) ?? ""), source, confidence);
  to.add("sku", textValue(offer.sku), source, confidence - 0.1);
  to.add("mpn", textValue(offer.mpn), source, confidence - 0.1);
  to.add("condition", word(textValue(offer.itemCondition)), source, confidence);
  for (const name of ["gtin13", "gtin", "gtin12", "gtin8"]) {
    to.add("gtin", validGtin(textValue(offer[name]) ?? ""), source, confidence - 0.1);
  }
}

/** The offer that the address names, else the first with a price that can be bought, else the first with a price. */
function chooseOffer(offers: SchemaNode[], page: PageIdentity): SchemaNode | undefined {
  const priced = offers.filter((one) => priceOf(one));
  return priced.find((one) => textValue(one.url) === page.url && isDistinct(one, priced)) ??
    priced.find((one) => {
      const sku = textValue(one.sku);
      return sku !== undefined && sku.length > 3 && page.url.includes(sku) && isDistinct(one, priced);
    }) ?? priced.find((one) => availabilityWord(textValue(one.availability) ?? "") === "InStock") ??
    priced[0] ?? offers[0];
}

/** Whether an offer's address or number is its own: sizes of one product often share both. */
function isDistinct(offer: SchemaNode, offers: SchemaNode[]): boolean {
  return offers.every((other) =>
    other === offer || textValue(other.url) !== textValue(offer.url) ||
    textValue(other.sku) !== textValue(offer.sku)
  );
}

/** Offers, those inside an AggregateOffer before the aggregate itself. */
function offersOf(product: SchemaNode): SchemaNode[] {
  return nodesOf(product.offers).flatMap((offer) => [...nodesOf(offer.offers), offer]);
}

function priceOf(offer: SchemaNode): { amount: string; currency?: string } | undefined {
  const specifications = nodesOf(offer.priceSpecification);
  const sale = specifications.find((one) => !/list|strike|msrp|srp/i.test(textValue(one.priceType) ?? ""));
  for (const value of [offer.price, sale?.price, sale?.minPrice, offer.lowPrice, specifications[0]?.price]) {
    for (const item of listOf(value)) {
      const price = dataPrice(isNode(item) ? item["@value"] ?? item.price : item);
      if (price) return price;
    }
  }
  return undefined;
}

function currencyOf(offer: SchemaNode): string | undefined {
  const text = textValue(offer.priceCurrency) ??
    textValue(nodesOf(offer.priceSpecification)[0]?.priceCurrency);
  return text && (/^[a-z]{3}$/i.test(text) ? text.toUpperCase() : parseCurrency(text) ?? text.slice(0, 10));
}

function addRating(
  product: SchemaNode,
  to: Candidates,
  source: Sourced<unknown>["source"],
  confidence: number,
): void {
  const rating = nodesOf(product.aggregateRating)[0];
  const value = rating && Number(textValue(rating.ratingValue)?.replace(",", "."));
  if (!rating || value === undefined || !Number.isFinite(value)) return;
  const best = Number(textValue(rating.bestRating));
  const count = Number(textValue(rating.reviewCount) ?? textValue(rating.ratingCount));
  to.add(
    "rating",
    {
      value,
      ...(Number.isFinite(best) && best > 0 ? { best } : {}),
      ...(Number.isInteger(count) && count >= 0 ? { count } : {}),
    },
    source,
    confidence,
  );
}

function addSpecifications(
  product: SchemaNode,
  to: Candidates,
  source: Sourced<unknown>["source"],
  confidence: number,
): void {
  const pairs = nodesOf(product.additionalProperty).map((one) => ({
    name: textValue(one.name)?.slice(0, 200) ?? "",
    value: textValue(one.value)?.slice(0, 1000) ?? "",
  })).filter((pair) => pair.name && pair.value);
  to.add("specifications", pairs.slice(0, 200), source, confidence - 0.2);
}

function images(value: unknown, urls: PageUrls): string[] {
  const found = new Set<string>();
  for (const item of listOf(value)) {
    const text = isNode(item) ? textValue(item.contentUrl) ?? textValue(item.url) : textValue(item);
    const url = urls.resolveWeb(text);
    if (url && found.size < MAX_IMAGES) found.add(url);
  }
  return [...found];
}

function word(value: string | undefined): string | undefined {
  return value?.replace(/^.*[/#]/, "");
}

function withoutEmpty(node: SchemaNode): SchemaNode {
  return Object.fromEntries(
    Object.entries(node).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
