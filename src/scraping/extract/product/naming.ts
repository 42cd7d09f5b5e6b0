import type { TreeElement } from "../tree.ts";

/** The word for price in the languages shops most use, as it stands in class names and ids. */
const PRICE =
  /pri[cs]e|preis|precio|prezzo|prix|pre[cç]o|cena|cenu|tsena|hind\b|kaina|hinta|pret\b|fiyat|harga|mechir/i;
const NOT_THE_PRICE =
  /old|was|before|regular|list-?price|strik|cross|sav(e|ing)|discount|instal|month|rata|per-?unit|unit-?price|ship|deliver|basis|rrp|msrp|retail|original|previous|compare|label|title|text-price|range|tax|vat|points|alert|drop|history|filter|old-?price|currency|list_price|threshold|minimum/i;
const FOR_THE_PRICE =
  /current|sale|final|special|now|our|actual|new|main|buy|pay|big|large|product|detail|pdp|sell/i;
const STRUCK = /old|was-|before|strik|list-?price|previous|regular-price|rrp/i;
const ELSEWHERE =
  /related|recommend|similar|carousel|slider|upsell|cross-?sell|also|recent|viewed|cart|basket|minicart|wishlist|compare|filter|facet|sidebar|footer|header|nav|menu|popup|modal|accessor|bundle|frequently|sponsored|bestsell|swiper|tile|teaser|banner|list-item|variant/i;
/** As shops call the forms and buttons that buy. */
export const BUY_NAME =
  /add-?_?to-?_?(cart|basket|bag|trolley)|buy-?_?(now|box|button|btn)|buybox|btn-?(cart|buy)|in-?den-?warenkorb|single_add_to_cart|product-?form|atc-?(btn|button)|availability|add_cart/i;
const STOCK = /availab|stock|disponib|verfueg|verfügbar|lieferbar|sklad/i;
const CODE =
  /(^|[\s_-])(sku|product-?(code|number)|article-?number|item-?(number|code)|artikelnummer)([\s_-]|$)/i;
const TITLE = /product-?_?(title|name)/i;
const SPECIFICATIONS =
  /(^|[\s_-])(specs?|specifications?|tech-?(nical)?-?(data|details|specs?)|attributes?-?(list|table)|product-?attributes|characteristics|caracteristicas|datenblatt|mifrat)([\s_-]|$)/i;
const BREADCRUMBS = /bread-?_?crumb/i;

const MAX_CHARS = 300;
const MAX_KNOWN = 5000;

/** What an element's class, id and test id call it; each question is answered once. */
export class Naming {
  readonly text: string;
  readonly price: boolean;
  /** Among recommendations, in a menu, in a cart. */
  readonly elsewhere: boolean;
  readonly #answers = new Map<RegExp, boolean>();

  constructor(text: string) {
    this.text = text;
    this.price = PRICE.test(text);
    this.elsewhere = !this.price && ELSEWHERE.test(text);
  }

  get notThePrice(): boolean {
    return this.#ask(NOT_THE_PRICE);
  }
  get forThePrice(): boolean {
    return this.#ask(FOR_THE_PRICE);
  }
  get struck(): boolean {
    return this.#ask(STRUCK);
  }
  get buy(): boolean {
    return this.#ask(BUY_NAME);
  }
  get stock(): boolean {
    return this.#ask(STOCK);
  }
  get code(): boolean {
    return this.#ask(CODE);
  }
  get title(): boolean {
    return this.#ask(TITLE);
  }
  get specifications(): boolean {
    return this.#ask(SPECIFICATIONS);
  }
  get breadcrumbs(): boolean {
    return this.#ask(BREADCRUMBS);
  }

  #ask(question: RegExp): boolean {
    if (this.text === "") return false;
    let answer = this.#answers.get(question);
    if (answer === undefined) this.#answers.set(question, answer = question.test(this.text));
    return answer;
  }
}

const UNNAMED = new Naming("");
const known = new Map<string, Naming>();

/** The naming of an element. Kept from page to page, as the pages of a site say the same few hundred names. */
export function namingOf(element: TreeElement): Naming {
  const { class: classes, id } = element.attributes;
  const testId = element.attributes["data-testid"];
  if (classes === undefined && id === undefined && testId === undefined) return UNNAMED;
  const whole = id === undefined && testId === undefined
    ? classes!
    : `${classes ?? ""} ${id ?? ""} ${testId ?? ""}`;
  const text = whole.length > MAX_CHARS ? whole.slice(0, MAX_CHARS) : whole;
  let naming = known.get(text);
  if (!naming) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, naming = new Naming(text));
  }
  return naming;
}
