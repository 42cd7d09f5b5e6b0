import type { Sourced } from "../../../sandbox/port.ts";
import { collapse } from "../tree.ts";
import type { AddressIds } from "./address_ids.ts";
import { type Availability, availabilityWord } from "./availability.ts";
import type { Candidates } from "./candidates.ts";
import { validGtin } from "./gtin.ts";
import { dataPrice } from "./price.ts";
import { isNode, nodesOf, type SchemaNode, textValue } from "./schema_node.ts";
import { sameAmount } from "./choose_price.ts";
import type { ShownPrice } from "./shown_prices.ts";

const MAX_OBJECTS = 60_000;
const MAX_DEPTH = 25;
const MAX_MATCHES = 20;

const NAMES = ["name", "title", "productName", "product_name", "displayName", "item_name", "productTitle"];
const PRICES = [
  "salePrice",
  "sale_price",
  "currentPrice",
  "current_price",
  "finalPrice",
  "final_price",
  "sellingPrice",
  "priceValue",
  "productPrice",
  "product_price",
  "price",
  "priceAmount",
];
const AMOUNTS = [
  "sale",
  "current",
  "final",
  "now",
  "selling",
  "value",
  "amount",
  "price",
  "centAmount",
  "raw",
];
const SKUS = [
  "sku",
  "productSku",
  "product_sku",
  "skuId",
  "articleNumber",
  "itemNumber",
  "productCode",
  "product_code",
  "partNumber",
  "displayCode",
];
const IDS = ["productId", "product_id", "item_id", "itemId", "id"];
const BRANDS = [
  "brand",
  "brandName",
  "brand_name",
  "item_brand",
  "productBrand",
  "product_brand",
  "manufacturer",
];
const GTINS = ["gtin13", "gtin", "ean", "ean13", "gtin14", "gtin12", "gtin8", "upc", "barcode", "isbn"];
const MPNS = ["mpn", "manufacturerPartNumber", "modelNumber", "model_number"];
const STOCKS = ["availability", "stockStatus", "stock_status", "product_availability", "availabilityStatus"];
const IN_STOCK = ["inStock", "in_stock", "isInStock", "available", "isAvailable"];

/** What the page is known by, to find its product among all that its scripts carry. */
export interface StateIdentity {
  /** Title, `og:title` and heading, lower case. */
  titles: string[];
  address: AddressIds;
}

/**
 * Adds the fields of those objects of a page's embedded state that are its product: they have a price or a number, and
 * either the heading's name, or a number that the address names. `false` where there is none.
 */
export function addStateProduct(
  roots: unknown[],
  identity: StateIdentity,
  shown: ShownPrice[],
  to: Candidates,
): boolean {
  const matches = findProducts(roots, identity);
  for (const { node, confidence } of matches) addFields(node, confidence, { identity, shown, to });
  return matches.some(({ node }) => priceOf(node) !== undefined);
}

interface Match {
  node: SchemaNode;
  confidence: number;
}

function findProducts(roots: unknown[], identity: StateIdentity): Match[] {
  const matches: Match[] = [];
  let objects = 0;
  const visit = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || objects > MAX_OBJECTS || matches.length >= MAX_MATCHES) return;
    if (Array.isArray(value)) {
      for (const item of value) {
        if (typeof item === "object" && item !== null) visit(item, depth + 1);
        if (objects > MAX_OBJECTS) return;
      }
    } else if (isNode(value)) {
      objects++;
      const confidence = likeness(value, identity);
      if (confidence > 0) matches.push({ node: value, confidence });
      for (const key in value) {
        const inner = value[key];
        if (typeof inner === "object" && inner !== null) visit(inner, depth + 1);
        if (objects > MAX_OBJECTS) return;
      }
    }
  };
  for (const root of roots) visit(root, 0);
  return matches.sort((a, b) => b.confidence - a.confidence);
}

function likeness(node: SchemaNode, identity: StateIdentity): number {
  const name = textOf(node, NAMES)?.toLowerCase();
  const code = textOf(node, SKUS) ?? textOf(node, IDS);
  if (name === undefined && code === undefined) return 0;
  if (!has(node, PRICES) && !has(node, SKUS)) return 0;
  const named = name !== undefined && name.length > 4 &&
    identity.titles.some((title) => isSameName(title, name));
  const addressed = code !== undefined && code.length >= 5 && identity.address.has(code);
  return named && addressed ? 0.75 : addressed ? 0.65 : named ? 0.6 : 0;
}

/** Equal, or the name begins a title that goes on with the shop's own. */
function isSameName(title: string, name: string): boolean {
  const text = collapse(name);
  return title === text || (text.length > 8 && title.startsWith(text)) ||
    (title.length > 8 && text.startsWith(title));
}

function addFields(
  node: SchemaNode,
  confidence: number,
  { identity, shown, to }: { identity: StateIdentity; shown: ShownPrice[]; to: Candidates },
): void {
  const source: Sourced<unknown>["source"] = "embedded-state";
  const price = priceOf(node);
  const amount = price && wholeUnits(price.amount, shown);
  if (amount !== undefined && Number(amount) > 0) to.add("price", amount, source, confidence);
  const currency = textOf(node, ["currency", "priceCurrency", "currencyCode", "currency_code"]);
  if (currency && /^[a-z]{3}$/i.test(currency)) {
    to.add("currency", currency.toUpperCase(), source, confidence);
  }
  // Below what a visible label says; what the software calls an id is its own number more often than the shop's.
  to.add(
    "sku",
    codeOf(node, SKUS) ?? codeOf(variantOf(node, identity) ?? {}, SKUS),
    source,
    confidence - 0.15,
  );
  to.add("sku", codeOf(node, IDS), source, confidence - 0.47);
  to.add("mpn", codeOf(node, MPNS), source, confidence - 0.1);
  to.add("brand", textOf(node, BRANDS)?.slice(0, 100), source, confidence);
  for (const name of GTINS) to.add("gtin", validGtin(textValue(node[name]) ?? ""), source, confidence);
  to.add("availability", availabilityOf(node), source, confidence - 0.15);
}

/** Of a product's variants the one that the address names, else the first to be had, else the first. */
function variantOf(node: SchemaNode, identity: StateIdentity): SchemaNode | undefined {
  const variants = nodesOf(node.variants ?? node.skus).slice(0, 200);
  return variants.find((one) => [...SKUS, ...IDS].some((name) => isAddressed(one[name], identity))) ??
    variants.find((one) => availabilityOf(one) === "InStock") ?? variants[0];
}

function isAddressed(code: unknown, identity: StateIdentity): boolean {
  const text = typeof code === "number" || typeof code === "string" ? String(code) : "";
  return text.length >= 5 && text.length <= 40 && identity.address.has(text);
}

function priceOf(node: SchemaNode): { amount: string } | undefined {
  for (const name of PRICES) {
    const value = node[name];
    if (isNode(value)) {
      for (const part of AMOUNTS) {
        const inner = value[part];
        const price = dataPrice(isNode(inner) ? inner.value ?? inner.amount : inner);
        if (price && Number(price.amount) > 0) return price;
      }
    } else {
      const price = dataPrice(value);
      if (price && Number(price.amount) > 0) return price;
    }
  }
  return undefined;
}

/** Some shops' software counts in cents: the page shows which. */
function wholeUnits(amount: string, shown: ShownPrice[]): string {
  if (!/^\d{3,}$/.test(amount) || shown.some((price) => sameAmount(price.amount, amount))) return amount;
  const whole = (Number(amount) / 100).toFixed(2).replace(/\.00$/, "");
  return shown.some((price) => sameAmount(price.amount, whole)) ? whole : amount;
}

function availabilityOf(node: SchemaNode): Availability | undefined {
  for (const name of STOCKS) {
    const word = availabilityWord(textValue(node[name]) ?? "");
    if (word) return word;
  }
  for (const name of IN_STOCK) {
    if (node[name] === true) return "InStock";
    if (node[name] === false) return "OutOfStock";
  }
  return undefined;
}

function textOf(node: SchemaNode, names: string[]): string | undefined {
  for (const name of names) {
    if (!Object.hasOwn(node, name)) continue;
    const value = node[name];
    if (typeof value === "string" ? value.length > 300 : typeof value !== "number" && !isNode(value)) {
      continue;
    }
    const text = textValue(value);
    if (text) return text;
  }
  return undefined;
}

function codeOf(node: SchemaNode, names: string[]): string | undefined {
  const text = textOf(node, names);
  return text !== undefined && /^[\p{L}\p{N}][\p{L}\p{N}._/-]{2,39}$/u.test(text) && /\d/.test(text)
    ? text
    : undefined;
}

function has(node: SchemaNode, names: string[]): boolean {
  return names.some((name) => Object.hasOwn(node, name) && node[name] !== null);
}
