import { localName, prefixOf, xmlAttribute, type XmlHandler } from "../xml_scanner.ts";

const MAX_ENTRIES = 1000;
const MAX_FIELD_CHARS = 200_000;

export interface FeedEntry {
  title: string;
  link: string;
  date: string;
  /** HTML. */
  summary: string;
}

export interface FeedHead extends FeedEntry {
  language: string;
  author: string;
}

type Field = keyof FeedHead;

/** What each element means, by its name without the prefix. The first that says something counts, but see `FULL`. */
const FIELDS: Record<string, Field> = {
  title: "title",
  link: "link",
  pubdate: "date",
  date: "date",
  published: "date",
  updated: "date",
  lastbuilddate: "date",
  description: "summary",
  subtitle: "summary",
  summary: "summary",
  content: "summary",
  encoded: "summary",
  language: "language",
  name: "author",
  managingeditor: "author",
};
/** The whole text of an entry, better than its summary. */
const FULL: ReadonlySet<string> = new Set(["content", "encoded"]);
/** Elements of these vocabularies name pictures and players, not entries. */
const FOREIGN: ReadonlySet<string> = new Set(["media", "itunes", "image", "geo", "slash"]);
const EMPTY: FeedHead = { title: "", link: "", date: "", summary: "", language: "", author: "" };

/** Gathers a feed's head and entries. Looks at names only, so nesting costs it nothing. */
export class FeedReader implements XmlHandler {
  readonly feed: FeedHead = { ...EMPTY };
  readonly entries: FeedEntry[] = [];
  #entry?: FeedHead;
  #field?: { name: string; is: Field; full: boolean; xhtml: boolean };
  #text: string[] = [];
  #length = 0;
  /** Inside `<image>` of RSS, whose title and link are not the feed's. */
  #inImage = false;

  open(name: string, attributes: string): void {
    const field = this.#field;
    if (field) {
      // XHTML inside Atom's content is put together again.
      if (field.xhtml) this.#add(`<${localName(name)}${attributes}>`);
      return;
    }
    const local = localName(name);
    if (local === "item" || local === "entry") return this.#begin();
    if (local === "image" && prefixOf(name) === "") this.#inImage = true;
    const is = Object.hasOwn(FIELDS, local) ? FIELDS[local] : undefined;
    if (is === undefined || this.#inImage || FOREIGN.has(prefixOf(name))) return;
    if (is === "link") {
      const href = xmlAttribute(attributes, "href");
      if (href !== undefined) return this.#linkElement(href, xmlAttribute(attributes, "rel"));
    }
    this.#field = { name, is, full: FULL.has(local), xhtml: xmlAttribute(attributes, "type") === "xhtml" };
  }

  text(piece: string): void {
    if (this.#field) this.#add(this.#field.xhtml ? escapeMarkup(piece) : piece);
  }

  close(name: string): void {
    const field = this.#field;
    const local = localName(name);
    if (field?.name === name) {
      this.#keep(field.is, this.#text.join("").trim(), field.full);
      this.#field = undefined;
      this.#text = [];
      this.#length = 0;
    } else if (field?.xhtml) this.#add(`</${local}>`);
    else if (local === "image") this.#inImage = false;
    else if ((local === "item" || local === "entry") && field === undefined) this.#entry = undefined;
  }

  #begin(): void {
    this.#entry = { ...EMPTY };
    if (this.entries.length < MAX_ENTRIES) this.entries.push(this.#entry);
  }

  #linkElement(href: string, rel = "alternate"): void {
    if (rel.toLowerCase() === "alternate") this.#keep("link", href.trim(), false);
  }

  #keep(is: Field, value: string, full: boolean): void {
    const target = this.#entry ?? this.feed;
    if (value !== "" && (target[is] === "" || full)) target[is] = is === "date" ? isoDate(value) : value;
  }

  #add(piece: string): void {
    if (this.#length > MAX_FIELD_CHARS) return;
    this.#text.push(piece);
    this.#length += piece.length;
  }
}

function escapeMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

function isoDate(text: string): string {
  const ms = text.length <= 60 ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}
