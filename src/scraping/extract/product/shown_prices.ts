import { collapse, cut, textOf, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { namingOf } from "./naming.ts";
import { isLarge, type PageView } from "./page_view.ts";
import type { Seen } from "./seen.ts";
import { parseCurrency, parsePrice, type Price } from "./price.ts";

const UNREAD = new Set([
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
const CENTS = /cent|fraction|decimal|penny|pence/i;
/** What a text says that is about another amount: a former price, a saving, a threshold, an instalment. */
const ANOTHER_AMOUNT =
  /\b(was|rrp|msrp|uvp|srp|list price|instead of|save|you save|statt|spare|ersparnis|au lieu de|antes|prima|invece di|pvp|zamiast|free (delivery|shipping)|shipping|delivery|postage|versand|livraison|env[ií]o|frete|spedizione|over|orders?|above|deposit)\b|במקום|מחיר (רגיל|קודם|מחירון)|חיסכון|חסכת|משלוח|原價|市價|原価|定価|送料/i;
const INSTALMENT =
  /\d\s?[x×]\s?\D{0,3}\d|\/\s?(mo|month|mes|mois|monat|mies|ay)\b|\b(per month|monthly|a month|mensual|mensuel|pro monat|im monat|rate|raty|instal?ments?|cuotas?|parcelas?|taksit)\b|תשלומים|לחודש/i;
const PER_UNIT =
  /\/\s?(\d{1,4}\s?)?(kg|g|gr|l|lt|ml|cl|m|m²|m2|cm|oz|lb|ct|stk|stück|pcs?|piece|unit|unité|szt|ks)\b|\b(per|pro|je|al|por|za) ?(\d{1,4}\s?)?(kg|g|l|lt|ml|cl|m²|m2|oz|lb|unit|unité|litre|liter|litro|kilo)\b|ל-?\d{0,4} ?(ק["״]ג|גרם|ליטר|מ["״]ל)/i;
const MAX_PRICE_CHARS = 60;
const MAX_ELEMENTS_OF_PRICE = 60;
const MAX_PRICES = 200;

/** An amount the page shows, with its best place. */
export interface ShownPrice extends Price {
  /** How much it looks like the product's own price; 25 and more is worth believing. */
  score: number;
  /** It is named as a former price there. */
  struck?: boolean;
}

/**
 * Amounts the page shows, the likeliest price first: elements that name themselves a price or hold nothing but an
 * amount with its currency, scored by their names, their words and their distance from the title.
 */
export function shownPrices(view: PageView): ShownPrice[] {
  const byAmount = new Map<string, ShownPrice>();
  for (const seen of view.prices) {
    const price = consider(seen, isLarge(seen.element), view);
    if (!price) continue;
    const known = byAmount.get(price.amount);
    if (!known ? byAmount.size < MAX_PRICES : price.score > known.score) {
      byAmount.set(price.amount, { ...price, currency: price.currency ?? known?.currency });
    } else if (known) known.currency ??= price.currency;
  }
  return [...byAmount.values()].sort((a, b) => b.score - a.score);
}

/** The sign that stands in an element or text of its own, right before or after the amount. */
function currencyBeside(element: TreeElement): string | undefined {
  const siblings = element.parent?.children ?? [];
  if (siblings.length > 30) return undefined;
  const at = siblings.indexOf(element);
  for (const sibling of [siblings[at + 1], siblings[at - 1]]) {
    if (sibling === undefined) continue;
    const text = typeof sibling === "string" ? sibling.trim() : textOf(sibling, 8);
    const currency = text.length <= 8 ? parseCurrency(text) : undefined;
    if (currency) return currency;
  }
  return undefined;
}

function consider(seen: Seen, large: boolean, view: PageView): ShownPrice | undefined {
  const { naming } = seen;
  const text = priceText(seen.element);
  if (text.length > MAX_PRICE_CHARS || !/[\d٠-٩۰-۹]/.test(text)) return undefined;
  const price = parsePrice(text);
  if (!price || Number(price.amount) <= 0) return undefined;
  if (!seen.inPrice && !large && price.currency === undefined) return undefined;
  price.currency ??= currencyBeside(seen.element);
  const itemPrice = seen.element.attributes.itemprop === "price";
  let score = 20 - seen.elsewhere;
  if (price.currency) score += 20;
  else if (/[.,]\d{2}\b/.test(text)) score += 6;
  if (naming.price || itemPrice) score += 6;
  else if (!seen.inPrice) score -= 8;
  if (large) score += 10;
  const struck = naming.struck || isStruckAround(seen.element);
  if (struck || naming.notThePrice) score -= 25;
  if (naming.forThePrice) score += 5;
  if (itemPrice) score += 15;
  if (ANOTHER_AMOUNT.test(text)) score -= 15;
  if (INSTALMENT.test(text) || PER_UNIT.test(text)) score -= 20;
  if (/%|\bx\b|\+/.test(text)) score -= 12;
  // Two numbers in one text: a range, or an old and a new price.
  if ((text.match(/\d+(?:[.,\u00a0 ]\d+)*/g)?.length ?? 0) > 1) score -= 5;
  score += nearness(seen.order, view.title?.order);
  return { ...price, score, ...(struck ? { struck } : {}) };
}

/** After the title is likely, before it possible, far from it unlikely. */
function nearness(order: number, titleOrder: number | undefined): number {
  if (titleOrder === undefined) return Math.max(-10, -order / 100);
  const distance = order - titleOrder;
  return distance >= 0 ? 15 - Math.min(30, distance / 15) : 8 - Math.min(30, -distance / 10);
}

function isStruckAround(element: TreeElement): boolean {
  let node = element.parent;
  for (let i = 0; i < 3 && node; i++, node = node.parent) if (namingOf(node).struck) return true;
  return false;
}

/**
 * The text of a price. Cents set apart from the whole by markup alone (`<b>79</b><sup>99</sup>`) get their point; a
 * text that a screen reader gets as well as the eye is taken once.
 */
function priceText(root: TreeElement): string {
  let text = "";
  let elements = 0;
  const gather = (element: TreeElement): void => {
    for (const child of element.children) {
      if (text.length > MAX_PRICE_CHARS * 4 || elements > MAX_ELEMENTS_OF_PRICE) return;
      if (typeof child === "string") text += child.slice(0, MAX_PRICE_CHARS * 8);
      else if (!UNREAD.has(child.name) && !isHidden(child)) {
        elements++;
        const cents = /\d\s{0,20}$/.test(text.slice(-21)) &&
          (child.name === "sup" || CENTS.test(namingOf(child).text));
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
  return cut(collapse(text), MAX_PRICE_CHARS * 4);
}
