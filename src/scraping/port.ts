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
  redirects: string[];
  size_bytes: number;
  timings: { fetch_ms: number; extract_ms: number };
}
