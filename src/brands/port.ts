import type { FieldSchema } from "../sandbox/field_schema.ts";
import type { PageFormat } from "../sandbox/port.ts";

/** What the service knows of a brand: one declarative file each, in `BRANDS_DIR`, read again whenever it changes. */
export interface BrandProfile {
  /** Letters, digits, `_`, `.`, `-`; also the file's name. */
  brand: string;
  title?: string;
  /** Hosts of the brand; `*.example.com` is every host below, not `example.com` itself. */
  hosts: string[];
  startUrls: string[];
  /** Globs on whole URLs (`url_glob.ts`); with none, every page of its hosts. */
  include: string[];
  exclude: string[];
  sitemap: "include" | "only" | "skip";
  maxDepth: number;
  maxPages: number;
  formats?: PageFormat[];
  /** Read off every page of its hosts. */
  fields?: FieldSchema;
  /** Of listings: the selector of the link to the next page. */
  nextSelector?: string;
  /** Wins over the service's settings for its hosts. */
  politeness: { concurrency?: number; delayMs?: number };
  freshness: {
    /** Default of `max_age_s` for its pages. */
    maxAgeS?: number;
    /** Default of `stale_ok`: how much older than that a copy may be when the site cannot be asked. */
    staleOkS?: number;
    /** A recrawl asks for a page again no sooner and no later than this after the last time, by how often it changes. */
    minIntervalS: number;
    maxIntervalS: number;
  };
  render: "never" | "auto" | "always";
  /** Whether its pages are to be found by search. */
  index: boolean;
  /** Sent with its pages' requests, lower-case names. */
  headers?: Record<string, string>;
}

/**
 * What a profile asks for one of its pages, as a scrape takes it. What the caller of the scrape asked for wins, field by
 * field; of `headers`, name by name.
 */
export interface BrandScrapeOptions {
  formats?: PageFormat[];
  /** For `ScrapeRequest.brandFields`. */
  brandFields?: FieldSchema;
  nextSelector?: string;
  maxAgeS?: number;
  staleOkS?: number;
  headers?: Record<string, string>;
  render: "never" | "auto" | "always";
  index: boolean;
}

/** A profile's file as it is now: the profile, or what is wrong with it. The last good one stays in force. */
export interface BrandFile {
  brand: string;
  file: string;
  profile?: BrandProfile;
  errors: { line: number; column: number; path: string; message: string }[];
  /** Unix ms. */
  loadedMs: number;
}

export interface Brands {
  list(): BrandFile[];
  get(brand: string): BrandFile | undefined;
  /** The profile in force. */
  profile(brand: string): BrandProfile | undefined;
  /** What the profiles whose hosts these are ask for: the gentlest of each. */
  politenessOf(host: string): { concurrency?: number; delayMs?: number } | undefined;
}
