import { attribute, collapse, cut, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { parseCurrency, parsePrice, type Price } from "./price.ts";

/** The word for price in the languages shops most use, as it stands in class names and ids. */
const PRICE_NAME =
  /pri[cs]e|preis|precio|prezzo|prix|pre[cç]o|cena|cenu|tsena|hind\b|kaina|hinta|pret\b|fiyat|harga|mechir/i;
const NOT_THE_PRICE =
  /old|was|before|regular|list-?price|strik|cross|sav(e|ing)|discount|instal|month|rata|per-?unit|unit-?price|ship|deliver|basis|rrp|msrp|retail|original|previous|compare|label|title|text-price|range|tax|vat|points|alert|drop|history|filter|old-?price|currency|list_price/i;
const FOR_THE_PRICE =
  /current|sale|final|special|now|our|actual|new|main|buy|pay|big|large|product|detail|pdp|sell/i;
const ELSEWHERE =
  /related|recommend|similar|carousel|slider|upsell|cross-?sell|also|recent|viewed|cart|basket|minicart|wishlist|compare|filter|facet|sidebar|footer|header|nav|menu|popup|modal|accessor|bundle|frequently|sponsored|bestsell|swiper|tile|teaser|banner|list-item|variant/i;
const SKIPPED = new Set([
  "script",
  "style",
  "noscript",
  "del",
  "s",
  "strike",
  "footer",
  "nav",
  "select",
  "option",
  "textarea",
]);
const MAX_PRICE_TEXT = 60;

export interface ShownPrice extends Price {
  score: number;
}

interface Scan {
  order: number;
  titleAt: number;
  best: ShownPrice | undefined;
}

/**
 * The price shown beside the title: an element that names itself a price, holds a short text with a number, is not
 * struck out, not another product's, and stands near `title`.
 */
export function shownPrice(body: TreeElement, title: TreeElement | undefined): ShownPrice | undefined {
  const scan: Scan = { order: 0, titleAt: -1, best: undefined };
  scan.titleAt = title ? orderOf(body, title) : -1;
  visit(body, scan, 0, false);
  return scan.best;
}

function visit(element: TreeElement, scan: Scan, ancestry: number, inPrice: boolean): void {
  for (const child of element.children) {
    if (typeof child === "string") continue;
    scan.order++;
    if (SKIPPED.has(child.name) || isHidden(child)) {
      scan.order += count(child);
      continue;
    }
    const name = naming(child);
    const elsewhere = name !== "" && ELSEWHERE.test(name) && !PRICE_NAME.test(name) ? 25 : 0;
    const named = PRICE_NAME.test(name) || attribute(child, "itemprop") === "price";
    if (named || inPrice) consider(child, name, scan, ancestry + elsewhere, named);
    visit(child, scan, Math.min(50, ancestry + elsewhere), named || inPrice);
  }
}

function consider(element: TreeElement, name: string, scan: Scan, penalty: number, named: boolean): void {
  const text = priceText(element);
  if (text.length > MAX_PRICE_TEXT || !/[\d٠-٩۰-۹]/.test(text)) return;
  const price = parsePrice(text);
  if (!price || Number(price.amount) <= 0) return;
  const currency = price.currency ?? parseCurrency(text);
  let score = 20 - penalty;
  if (currency) score += 20;
  else if (/[.,]\d{2}\b/.test(text)) score += 6;
  if (named) score += 6;
  if (NOT_THE_PRICE.test(name) || insideStruck(element)) score -= 25;
  if (FOR_THE_PRICE.test(name)) score += 5;
  if (attribute(element, "itemprop") === "price") score += 15;
  if (/%|\bx\b|\+/.test(text)) score -= 12;
  // Two numbers in one text: a range, or an old and a new price.
  if ((text.match(/\d+(?:[.,\u00a0 ]\d+)*/g)?.length ?? 0) > 1) score -= 5;
  score += nearness(scan);
  if (!scan.best || score > scan.best.score) scan.best = { amount: price.amount, currency, score };
}

/** After the title is likely, before it possible, far from it unlikely. */
function nearness(scan: Scan): number {
  if (scan.titleAt < 0) return Math.max(-10, -scan.order / 100);
  const distance = scan.order - scan.titleAt;
  return distance >= 0 ? 15 - Math.min(30, distance / 15) : 8 - Math.min(30, -distance / 10);
}

function naming(element: TreeElement): string {
  const parts = [attribute(element, "class"), attribute(element, "id"), attribute(element, "data-testid")];
  return parts.filter((part) => part !== undefined).join(" ").slice(0, 300);
}

function insideStruck(element: TreeElement): boolean {
  let node = element.parent;
  for (let i = 0; i < 3 && node; i++, node = node.parent) {
    if (/old|was-|before|strik|list-?price|previous|regular-price|rrp/i.test(naming(node))) return true;
  }
  return false;
}

/**
 * The text of a price. Cents set apart from the whole by markup alone (`<b>79</b><sup>99</sup>`) get their point; a
 * text that a screen reader gets as well as the eye is taken once.
 */
function priceText(root: TreeElement): string {
  let text = "";
  const gather = (element: TreeElement): void => {
    for (const child of element.children) {
      if (text.length > MAX_PRICE_TEXT * 4) return;
      if (typeof child === "string") text += child.slice(0, MAX_PRICE_TEXT * 8);
      else if (!SKIPPED.has(child.name) && !isHidden(child)) {
        const cents = (child.name === "sup" || /cent|fraction|decimal|penny|pence/i.test(naming(child))) &&
          /\d\s*$/.test(text);
        const inner = cents ? priceText(child) : "";
        if (cents && /^\d{2}\b/.test(inner)) text = `${text.trimEnd()}.${inner}`;
        else {
          const block = child.name === "div" || child.name === "p" || child.name === "br" ||
            child.name === "li";
          if (block) text += " ";
          gather(child);
          if (block) text += " ";
        }
      }
    }
  };
  gather(root);
  return cut(collapse(text), MAX_PRICE_TEXT * 4);
}

function orderOf(body: TreeElement, target: TreeElement): number {
  let order = 0;
  let found = -1;
  const search = (element: TreeElement): void => {
    for (const child of element.children) {
      if (typeof child === "string" || found >= 0) continue;
      order++;
      if (child === target) found = order;
      else search(child);
    }
  };
  search(body);
  return found;
}

function count(element: TreeElement): number {
  let total = 0;
  for (const child of element.children) if (typeof child !== "string") total += 1 + count(child);
  return total;
}
