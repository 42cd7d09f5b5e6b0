import { cleanUrl, urlKey } from "../platform/url_key.ts";
import type { MapLink } from "./port.ts";

const MAX_TITLE_CHARS = 300;
const MAX_SEARCH_WORDS = 20;

/** Links of a site, each page once, in the order in which they were found. */
export class LinkBook {
  readonly #links = new Map<string, MapLink>();

  get size(): number {
    return this.#links.size;
  }

  /** Of a page that is known already only what was not known of it. */
  add(url: URL, { title, lastmod, source }: Omit<MapLink, "url">): void {
    const key = urlKey(url);
    let link = this.#links.get(key);
    if (link === undefined) this.#links.set(key, link = { url: cleanUrl(url).href, source });
    const name = title?.trim().slice(0, MAX_TITLE_CHARS);
    if (name) link.title ??= name;
    if (lastmod !== undefined) link.lastmod ??= lastmod;
  }

  /** The first of them; with `search` those that have most of its words in address or title. */
  links(limit: number, search?: string): MapLink[] {
    const links = [...this.#links.values()];
    if (search === undefined) return links.slice(0, limit);
    const words = wordsOf(search).slice(0, MAX_SEARCH_WORDS);
    return links.map((link) => ({ link, score: scoreOf(link, words) }))
      .sort((a, b) => b.score - a.score).slice(0, limit).map(({ link }) => link);
  }
}

function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ""))];
}

/** A word counts once, whole more than as a part of another. */
function scoreOf({ url, title = "" }: MapLink, words: string[]): number {
  const text = `${readable(url)} ${title}`.toLowerCase();
  const whole = new Set(wordsOf(text));
  let score = 0;
  for (const word of words) score += whole.has(word) ? 2 : text.includes(word) ? 1 : 0;
  return score;
}

/** Path and query with their escapes undone. */
function readable(href: string): string {
  const { pathname, search } = new URL(href);
  try {
    return decodeURIComponent(pathname + search);
  } catch {
    return pathname + search;
  }
}
