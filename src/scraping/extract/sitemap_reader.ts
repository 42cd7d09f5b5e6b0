import type { Sitemap } from "../../sandbox/port.ts";
import { localName, prefixOf, xmlAttribute, type XmlHandler } from "./xml_scanner.ts";

/** sitemaps.org: an address has less than 2,048 characters. */
const MAX_URL_CHARS = 2048;
/** More than any address or date; what comes after is not held. */
const MAX_TEXT_CHARS = 10_000;

/** What has been found, up to a number. */
export class SitemapEntries {
  readonly list: Sitemap["entries"] = [];
  readonly #max: number;
  #full = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** There was one more than there was room for. */
  get full(): boolean {
    return this.#full;
  }

  add(address: string, date = ""): void {
    const url = webUrl(address);
    if (url === undefined) return;
    if (this.list.length >= this.#max) {
      this.#full = true;
      return;
    }
    const lastmod = dateOf(date);
    this.list.push(lastmod === undefined ? { url } : { url, lastmod });
  }
}

/** What each kind of root means: which element is an entry, and what in it is the address and the date. */
interface Shape {
  kind: Sitemap["kind"];
  entry: string;
  url: string[];
  date: string[];
  /** Whether all these must bear the root's own prefix: `image:loc` is no page. */
  ownPrefix: boolean;
}

const LINKED = { kind: "pages", url: ["link"] } satisfies Partial<Shape>;
const ITEMS: Shape = { ...LINKED, entry: "item", date: ["pubdate", "date"], ownPrefix: false };
const LOCATED = { url: ["loc"], date: ["lastmod"], ownPrefix: true } satisfies Partial<Shape>;
const SHAPES: Record<string, Shape> = {
  urlset: { ...LOCATED, kind: "pages", entry: "url" },
  sitemapindex: { ...LOCATED, kind: "index", entry: "sitemap" },
  rss: ITEMS,
  rdf: ITEMS,
  feed: { ...LINKED, entry: "entry", date: ["updated", "published"], ownPrefix: true },
};

/** Finds the entries of a sitemap or feed. Looks at names only, not at depth, so nesting costs it nothing. */
export class SitemapReader implements XmlHandler {
  readonly #entries: SitemapEntries;
  #shape?: Shape;
  #prefix = "";
  #rootSeen = false;
  #inEntry = false;
  #url = "";
  #date = "";
  /** What the text being read is. */
  #field?: { name: string; is: "url" | "date" };
  #text = "";

  constructor(entries: SitemapEntries) {
    this.#entries = entries;
  }

  get kind(): Sitemap["kind"] | undefined {
    return this.#shape?.kind;
  }

  open(name: string, attributes: string): void {
    const local = localName(name);
    if (!this.#rootSeen) {
      this.#rootSeen = true;
      this.#shape = Object.hasOwn(SHAPES, local) ? SHAPES[local] : undefined;
      this.#prefix = prefixOf(name);
    }
    const shape = this.#shape;
    if (shape === undefined) return;
    const own = prefixOf(name) === this.#prefix;
    if (local === shape.entry && (own || !shape.ownPrefix)) {
      this.end();
      this.#inEntry = true;
      return;
    }
    if (!this.#inEntry || (shape.ownPrefix && !own)) return;
    const isUrl = shape.url.includes(local);
    if (isUrl && attributes !== "" && this.#linkElement(attributes)) return;
    // `atom:link` in an RSS item is the feed's own business.
    if (isUrl && !shape.ownPrefix && prefixOf(name) !== "") return;
    if (isUrl || shape.date.includes(local)) this.#field = { name, is: isUrl ? "url" : "date" };
    this.#text = "";
  }

  text(piece: string): void {
    if (this.#field && this.#text.length < MAX_TEXT_CHARS) this.#text += piece.slice(0, MAX_TEXT_CHARS);
  }

  close(name: string): void {
    const field = this.#field;
    if (field?.name === name) {
      if (field.is === "url") this.#url ||= this.#text.trim();
      else this.#date ||= this.#text.trim();
      this.#field = undefined;
    } else if (this.#inEntry && localName(name) === this.#shape?.entry) {
      this.end();
    }
  }

  /** Books the entry being read, if any. */
  end(): void {
    if (this.#inEntry) this.#entries.add(this.#url, this.#date);
    this.#inEntry = false;
    this.#field = undefined;
    this.#url = "";
    this.#date = "";
  }

  /** Atom's `<link href rel>`: the one that names no relation, or `alternate`, is the page. */
  #linkElement(attributes: string): boolean {
    const href = xmlAttribute(attributes, "href");
    if (href === undefined) return false;
    const rel = xmlAttribute(attributes, "rel") ?? "alternate";
    if (rel.toLowerCase() === "alternate") this.#url ||= href.trim();
    return true;
  }
}

function webUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_URL_CHARS || !/^https?:\/\//i.test(trimmed)) return undefined;
  return URL.parse(trimmed)?.href;
}

/** A W3C date as it stands; one of another form (RSS) as an ISO date; what is no date is nothing. */
function dateOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > 60) return undefined;
  const ms = Date.parse(trimmed);
  if (Number.isNaN(ms)) return undefined;
  return /^\d{4}(-\d{2}){0,2}(T|$)/.test(trimmed) ? trimmed : new Date(ms).toISOString();
}
