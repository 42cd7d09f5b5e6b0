import { attribute, type TreeElement } from "../tree.ts";

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

/** What an element's class, id and test id call it. */
export interface Naming {
  text: string;
  price: boolean;
  notThePrice: boolean;
  forThePrice: boolean;
  struck: boolean;
  elsewhere: boolean;
  buy: boolean;
  stock: boolean;
  code: boolean;
  title: boolean;
  breadcrumbs: boolean;
  specifications: boolean;
}

const UNNAMED: Naming = read("");
const MAX_CHARS = 300;

/** Reads names of elements, each distinct name once: a page says the same few hundred over and over. */
export class Namings {
  readonly #known = new Map<string, Naming>();

  of(element: TreeElement): Naming {
    const { class: classes, id } = element.attributes;
    const testId = attribute(element, "data-testid");
    if (classes === undefined && id === undefined && testId === undefined) return UNNAMED;
    const text = `${typeof classes === "string" ? classes : ""} ${id ?? ""} ${testId ?? ""}`.slice(
      0,
      MAX_CHARS,
    );
    let naming = this.#known.get(text);
    if (!naming) this.#known.set(text, naming = read(text));
    return naming;
  }
}

function read(text: string): Naming {
  const price = PRICE.test(text);
  return {
    text,
    price,
    notThePrice: NOT_THE_PRICE.test(text),
    forThePrice: FOR_THE_PRICE.test(text),
    struck: STRUCK.test(text),
    elsewhere: !price && ELSEWHERE.test(text),
    buy: BUY_NAME.test(text),
    stock: STOCK.test(text),
    code: CODE.test(text),
    title: TITLE.test(text),
    breadcrumbs: BREADCRUMBS.test(text),
    specifications: SPECIFICATIONS.test(text),
  };
}
