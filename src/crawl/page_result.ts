import type { TaskFailure } from "../platform/errors.ts";

/** What a crawl reads of the result of a page's task. The rest is for those who asked for the crawl. */
export interface PageResult {
  final_url: string;
  status_code: number;
  title?: string;
  content_hash?: string;
  body_sha256?: string;
  etag?: string;
  last_modified?: string;
  not_modified?: boolean;
  links?: { url: string; rel?: string }[];
  canonical_url?: string;
  next_url?: string;
  refresh_url?: string;
  directives?: string[];
  text?: string;
  markdown?: string;
}

/** What it reads of the result of a sitemap task. */
export interface SitemapResult {
  links: { url: string; lastmod?: string }[];
  warnings?: string[];
}

/** Two pages with less text than this may share it by chance (an empty listing, an error in a frame). */
const MIN_TELLING_CHARS = 200;

/**
 * What a page is told from others by: its text, where there is enough of it to be told by, else its bytes.
 * Undefined for a page that has not been read.
 */
export function fingerprintOf(page: PageResult): string | undefined {
  const text = page.text ?? page.markdown;
  if (page.content_hash !== undefined && text !== undefined && text.length >= MIN_TELLING_CHARS) {
    return `c:${page.content_hash}`;
  }
  return page.body_sha256 === undefined ? undefined : `b:${page.body_sha256}`;
}

/** Whether a failure says that there is no such page (any more), in the words of `scrape`. */
export function saysGone(error: TaskFailure): boolean {
  return error.code === "http_4xx" && / answered (?:404|410)$/.test(error.message);
}

/** Addresses a page leads to, with whether they are the next page of itself. `nofollow` is obeyed where robots.txt is. */
export function linksOf(page: PageResult, obedient: boolean): { url: string; isNext: boolean }[] {
  const found: { url: string; isNext: boolean }[] = [];
  if (page.next_url !== undefined) found.push({ url: page.next_url, isNext: true });
  if (obedient && page.directives?.includes("nofollow")) return found;
  if (page.refresh_url !== undefined) found.push({ url: page.refresh_url, isNext: false });
  for (const { url, rel } of page.links ?? []) {
    if (obedient && rel !== undefined && /\bnofollow\b/i.test(rel)) continue;
    found.push({ url, isNext: false });
  }
  return found;
}
