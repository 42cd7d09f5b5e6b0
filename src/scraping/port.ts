import type { FieldSchema } from "../sandbox/field_schema.ts";
import type { ExtractedPage, PageFormat } from "../sandbox/port.ts";

/** What a scrape is asked, and what it gives. */

export interface ScrapeRequest {
  url: string;
  brand?: string;
  /** @default markdown, links, metadata, product */
  formats?: PageFormat[];
  /**
   * A copy of the page no older than this is answered without asking the site. Zero always asks, with the validators
   * of a known copy, so an unchanged page is answered `not_modified` and costs no download.
   * @default 0
   */
  maxAgeS?: number;
  /** @default true */
  respectRobots?: boolean;
  /** Lower-case names. */
  headers?: Record<string, string>;
  /** @default the settings' */
  timeoutMs?: number;
  /** @default the settings' */
  maxBytes?: number;
  /** For the format `json`. */
  fields?: FieldSchema;
  /** A brand profile's fields: given as `fields` of the page, whatever the formats. */
  brandFields?: FieldSchema;
  /** A brand profile's selector of the link to the next page of a listing. */
  nextSelector?: string;
  /**
   * How much older than `maxAgeS` a copy may be to be answered, marked `stale`, when the site cannot be asked now
   * (connect, dns, tls, timeout, http_5xx, 429, robots unreachable).
   * @default 0
   */
  staleOkS?: number;
  /**
   * What the caller has of the page. If it has not changed since, the answer is brief: `not_modified`, no content, and
   * nothing is read from or written to the cache.
   */
  ifChangedFrom?: KnownPage;
  /**
   * `skip`: no kept copy is answered or asked about, and the page is not kept. A page that is read once, as by a crawl,
   * need not cost a place in the cache.
   * @default "use"
   */
  cache?: "use" | "skip";
  /** Through a browser: `auto` where the page as fetched says nothing without its scripts. @default "never" */
  render?: "never" | "auto" | "always";
  /** Its text will be indexed: Markdown is among the formats, whatever they are. @default false */
  index?: boolean;
  /** A PNG of the page; it is rendered for it whatever `render` says. @default false */
  screenshot?: boolean;
}

/** What tells whether a page has changed: validators of its last answer, and what its content was. */
export interface KnownPage {
  final_url: string;
  etag?: string;
  last_modified?: string;
  body_sha256?: string;
  content_hash?: string;
}

type Content = Omit<ExtractedPage, "content_type" | "content_hash">;

/** What a scrape gives; keys are those of the task's result. Nothing of the page itself where it is the one known. */
export interface ScrapeResult extends Content {
  content_type?: string;
  content_hash?: string;
  url: string;
  final_url: string;
  status_code: number;
  /** When the site last vouched for this content. */
  fetched_at: string;
  from_cache: boolean;
  age_s: number;
  /** The site was asked, and the page is the one known: by its 304, by its bytes or (`ifChangedFrom`) by its text. */
  not_modified?: boolean;
  /** The site could not be asked, and this is what was known (`stale_ok_s`). */
  stale?: boolean;
  redirects: string[];
  size_bytes: number;
  etag?: string;
  last_modified?: string;
  /** SHA-256 (hex) of the decoded body. */
  body_sha256?: string;
  /** The browser's word, after its scripts. */
  rendered?: boolean;
  /** PNG, base64. */
  screenshot_png?: string;
  timings: { fetch_ms: number; extract_ms: number };
}

/** What a map is asked: the addresses of a site's pages, without their content. */
export interface MapRequest {
  url: string;
  /** Links at most. @default 1000 */
  limit?: number;
  /** Globs on whole URLs (`platform/url_glob.ts`). */
  include?: string[];
  exclude?: string[];
  /** The host of the page, `www.` or not; that and all below it; or any. @default "host" */
  scope?: "host" | "domain" | "any";
  /** @default "include" */
  sitemap?: "include" | "only" | "skip";
  /** Words by which the links are put in order, the most fitting first. */
  search?: string;
  /** @default true */
  respectRobots?: boolean;
  /** @default the settings' */
  timeoutMs?: number;
}

/** What a map gives; keys are those of the task's result. */
export interface MapResult {
  url: string;
  links: MapLink[];
  /** There are more than `links` has, or not all could be looked for. */
  truncated: boolean;
  /** What could not be read beside the rest. */
  warnings: string[];
}

export interface MapLink {
  url: string;
  title?: string;
  /** As the sitemap says it. */
  lastmod?: string;
  source: "sitemap" | "page";
}
