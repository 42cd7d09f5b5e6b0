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
  /** Through a browser: `auto` where the page as fetched says nothing without its scripts. @default "never" */
  render?: "never" | "auto" | "always";
  /** With the browser: a PNG of the page. @default false */
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

/** What a scrape gives; keys are those of the task's result. */
export interface ScrapeResult extends ExtractedPage {
  url: string;
  final_url: string;
  status_code: number;
  /** When the site last vouched for this content. */
  fetched_at: string;
  from_cache: boolean;
  age_s: number;
  /** The site was asked and answered 304. */
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
