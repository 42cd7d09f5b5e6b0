import { attribute, type TreeElement } from "../tree.ts";
import { classTraits } from "./class_traits.ts";

export type ContentNode = ContentElement | string;

const TEXTISH = new Set("span li td blockquote dl div img ol p pre table ul".split(" "));
export const HEADING: ReadonlySet<string> = new Set("h1 h2 h3 h4 h5 h6".split(" "));
const INPUTS = new Set("input textarea select".split(" "));
/** What a link to a place on the same page counts of its text. */
const SAME_PAGE_LINK = 0.3;

/**
 * An element of the copy of a page in which its content is looked for. It may be changed, and keeps sums of what stands
 * below it, so that asking costs nothing. What has been taken out stays in `children` with another `parent` until
 * `compact`; use `elements` to see what is there.
 */
export class ContentElement implements TreeElement {
  name: string;
  readonly attributes: Record<string, string>;
  children: ContentNode[] = [];
  parent: ContentElement | undefined;
  readonly depth: number;
  /** How much it looks like the content; undefined until counted. */
  score: number | undefined;
  /** Characters of text, runs of white space as one. */
  text = 0;
  commas = 0;
  /** Characters of text in links, in headings, in lists. */
  links = 0;
  headings = 0;
  lists = 0;
  /** Elements by kind. */
  paragraphs = 0;
  images = 0;
  items = 0;
  inputs = 0;
  textish = 0;
  tables = 0;

  constructor(name: string, attributes: Record<string, string>, depth: number) {
    this.name = name;
    this.attributes = attributes;
    this.depth = depth;
  }

  /** `class` and `id` as one string. */
  get naming(): string {
    const classes = attribute(this, "class"), id = attribute(this, "id");
    return id === undefined ? (classes ?? "") : `${classes ?? ""} ${id}`;
  }

  get classWeight(): number {
    const classes = attribute(this, "class"), id = attribute(this, "id");
    return (classes ? classTraits(classes).weight : 0) + (id ? classTraits(id).weight : 0);
  }

  get linkDensity(): number {
    return this.text === 0 ? 0 : this.links / this.text;
  }

  /** The elements right below it. */
  elements(): ContentElement[] {
    const found: ContentElement[] = [];
    for (const child of this.children) {
      if (typeof child !== "string" && child.parent === this) found.push(child);
    }
    return found;
  }

  /** Adds text at the end. */
  appendText(text: string): void {
    this.children.push(text);
    let length = 0, commas = 0, space = this.children.length === 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code <= 32 || code === 0xa0) {
        if (!space) length++;
        space = true;
        continue;
      }
      space = false;
      length++;
      if (code === 44 || code === 0x60c || code === 0xff0c || code === 0x3001) commas++;
    }
    this.text += length;
    this.commas += commas;
  }

  /** Adds a complete element at the end. The sums of what stands above this one are the caller's to keep. */
  append(child: ContentElement): void {
    child.parent = this;
    this.children.push(child);
    this.#count(child, 1);
  }

  /** Takes an element out of where it stands, and out of the sums of all above. */
  remove(): void {
    let above = this.parent;
    if (!above) return;
    this.parent = undefined;
    const gone = new ContentElement("", NO_ATTRIBUTES, 0);
    gone.#count(this, 1);
    for (; above; above = above.parent) {
      above.#count(gone, -1);
      if (above.name === "a") gone.links = gone.text * linkShare(above);
      else if (HEADING.has(above.name)) gone.headings = gone.text;
      else if (isList(above.name)) gone.lists = gone.text;
    }
  }

  /** Forgets for good what was taken out below it. */
  compact(): void {
    this.children = this.children.filter((child) => typeof child === "string" || child.parent === this);
    for (const child of this.children) if (typeof child !== "string") child.compact();
  }

  #count(child: ContentElement, sign: 1 | -1): void {
    const { name } = child;
    this.text += sign * child.text;
    this.commas += sign * child.commas;
    this.links += sign * (name === "a" ? child.text * linkShare(child) : child.links);
    this.headings += sign * (HEADING.has(name) ? child.text : child.headings);
    this.lists += sign * (isList(name) ? child.text : child.lists);
    this.paragraphs += sign * (child.paragraphs + (name === "p" ? 1 : 0));
    this.images += sign * (child.images + (name === "img" ? 1 : 0));
    this.items += sign * (child.items + (name === "li" ? 1 : 0));
    this.inputs += sign * (child.inputs + (INPUTS.has(name) ? 1 : 0));
    this.textish += sign * (child.textish + (TEXTISH.has(name) ? 1 : 0));
    this.tables += sign * (child.tables + (name === "table" ? 1 : 0));
  }
}

const NO_ATTRIBUTES: Record<string, string> = {};

function isList(name: string): boolean {
  return name === "ul" || name === "ol";
}

function linkShare(link: ContentElement): number {
  const href = attribute(link, "href");
  return href !== undefined && href.length > 1 && href.startsWith("#") ? SAME_PAGE_LINK : 1;
}
