import type { TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { mayHoldCode } from "./code_attributes.ts";
import { type Naming, namingOf } from "./naming.ts";
import { productHeading, titledElement } from "./page_title.ts";
import type { Seen } from "./seen.ts";
import { textSigns } from "./text_signs.ts";

/** Not a word in them is about the product. */
const SKIPPED = new Set(["script", "style", "noscript", "footer", "nav"]);
/** Their text is no price of this product: struck out, or one of many to choose. */
const NO_PRICE = new Set(["del", "s", "strike", "select", "option", "textarea"]);
const BUTTONS = new Set(["button", "input", "form", "a"]);
const MAX_PENALTY = 50;
const ELSEWHERE_PENALTY = 25;

/** The page's body, walked once for everything that looks for a product in it: what each of them may want to see. */
export interface PageView {
  /** The heading that names the product. */
  title?: Seen;
  /** Some element has `itemscope`; some has `typeof`. */
  microdata: boolean;
  rdfa: boolean;
  breadcrumbs?: TreeElement;
  tables: TreeElement[];
  lists: TreeElement[];
  /** Named as specifications. */
  specifications: TreeElement[];
  /** Call themselves a price or stand in one, show an amount, or are set in large type; neither hidden nor struck out. */
  prices: Seen[];
  /** What may buy: buttons, links named so, forms. None is hidden. */
  buttons: Seen[];
  /** Named after stock. None is hidden. */
  stocks: Seen[];
  /** With a word that labels of numbers have. */
  labels: Seen[];
  /** With attributes or a name that may hold the product's number; inputs. */
  codes: Seen[];
  images: Seen[];
}

/** What the elements around one make of it. */
interface Around {
  hidden: boolean;
  noPrice: boolean;
  elsewhere: number;
  inPrice: boolean;
}

export function viewPage(body: TreeElement, titles: string[]): PageView {
  const walker = new Walker();
  walker.visit(body, { hidden: false, noPrice: false, elsewhere: 0, inPrice: false });
  const { view } = walker;
  const title = productHeading(walker.headings, titles) ?? titledElement(body, titles);
  if (title) view.title = title;
  return view;
}

class Walker {
  readonly view: PageView = {
    microdata: false,
    rdfa: false,
    tables: [],
    lists: [],
    specifications: [],
    prices: [],
    buttons: [],
    stocks: [],
    labels: [],
    codes: [],
    images: [],
  };
  /** Each h1, and what a class calls the product's title. */
  readonly headings: Seen[] = [];
  #order = 0;

  visit(parent: TreeElement, around: Around): void {
    for (const element of parent.children) {
      if (typeof element === "string") continue;
      const naming = this.#mark(element);
      if (SKIPPED.has(element.name)) {
        this.#skip(element);
        continue;
      }
      const { attributes } = element;
      const hidden = around.hidden || isHidden(element);
      const noPrice = around.noPrice || NO_PRICE.has(element.name);
      const inPrice = around.inPrice || naming.price || attributes.itemprop === "price";
      const elsewhere = naming.elsewhere
        ? Math.min(MAX_PENALTY, around.elsewhere + ELSEWHERE_PENALTY)
        : around.elsewhere;
      this.#sort(element, naming, hidden, noPrice, elsewhere, inPrice);
      const same = hidden === around.hidden && noPrice === around.noPrice && inPrice === around.inPrice &&
        elsewhere === around.elsewhere;
      if (element.children.length > 0) {
        this.visit(element, same ? around : { hidden, noPrice, elsewhere, inPrice });
      }
    }
  }

  /** Menus and footers hold no product, but may hold the trail and the marks that say how the page is written. */
  #skip(parent: TreeElement): void {
    for (const element of parent.children) {
      if (typeof element === "string") continue;
      this.#mark(element);
      this.#skip(element);
    }
  }

  #mark(element: TreeElement): Naming {
    this.#order++;
    const { view } = this;
    if (element.attributes.itemscope !== undefined) view.microdata = true;
    if (element.attributes.typeof !== undefined) view.rdfa = true;
    const naming = namingOf(element);
    if (view.breadcrumbs === undefined && (naming.breadcrumbs || isTrail(element))) {
      view.breadcrumbs = element;
    }
    return naming;
  }

  /** Puts an element where it may be wanted; one that nobody wants, as most are, costs no object. */
  #sort(
    element: TreeElement,
    naming: Naming,
    hidden: boolean,
    noPrice: boolean,
    elsewhere: number,
    inPrice: boolean,
  ): void {
    const { view } = this;
    if (element.name === "table") view.tables.push(element);
    else if (element.name === "dl") view.lists.push(element);
    if (naming.specifications) view.specifications.push(element);
    const signs = textSigns(element);
    const label = signs.label && elsewhere <= ELSEWHERE_PENALTY;
    const price = !hidden && !noPrice && (inPrice || signs.amount || isLarge(element));
    const code = mayHoldCode(element, naming);
    const heading = naming.title || element.name === "h1";
    const stock = naming.stock && !hidden;
    const button = !hidden && BUTTONS.has(element.name);
    const image = element.name === "img";
    if (!(label || price || code || heading || stock || button || image)) return;
    const seen: Seen = { element, naming, order: this.#order, hidden, elsewhere, inPrice };
    if (label) view.labels.push(seen);
    if (price) view.prices.push(seen);
    if (code) view.codes.push(seen);
    if (heading) this.headings.push(seen);
    if (stock) view.stocks.push(seen);
    if (button) view.buttons.push(seen);
    if (image) view.images.push(seen);
  }
}

/** A number set in large type by the markup itself: a shop older than style sheets. */
export function isLarge(element: TreeElement): boolean {
  const { style, size } = element.attributes;
  if (style === undefined && !(element.name === "font" && size !== undefined)) return false;
  const pixels = style === undefined
    ? 0
    : Number(/font[^;]{0,40}?\b(\d{2})px/i.exec(style.slice(0, 500))?.[1] ?? 0);
  if (pixels < 18 && !/^\+?[4-7]$/.test(size ?? "")) return false;
  const [only, ...more] = element.children;
  return typeof only === "string" && more.length === 0 &&
    /^\s{0,9}\D{0,4}\d[\d.,]{0,12}\D{0,4}\s{0,9}$/.test(only.slice(0, 60));
}

function isTrail(element: TreeElement): boolean {
  const label = element.attributes["aria-label"];
  return label !== undefined && /bread-?crumb/i.test(label.slice(0, 200));
}
