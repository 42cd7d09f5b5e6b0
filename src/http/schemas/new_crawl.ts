import { z } from "@hono/zod-openapi";
import { fieldsGoWithJson, globs, scrapeOptions } from "../../tasks/mod.ts";
import { brand, printable, priority, tags } from "./common.ts";
import { fetchOptions, pageUrl } from "./scrape.ts";

const YEAR_S = 365 * 86_400;
export const MAX_START_URLS = 1000;

const GLOB_RULE =
  "`*` is any run of characters, `$` at the end is the end. One that begins with `/` is looked " +
  "for at the start of path and query, any other at the start of the whole URL";

/** Which pages of a site, for a crawl and a map. */
export const pageChoice = {
  include: globs.optional().openapi({
    description: `Only pages that match one of these. ${GLOB_RULE}`,
    example: ["/products/"],
  }),
  exclude: globs.optional().openapi({
    description: `No page that matches one of these. ${GLOB_RULE}`,
    example: ["*?sort="],
  }),
  scope: z.enum(["host", "domain", "any"]).optional().openapi({
    description: "Which hosts: those of the start pages (the default), those and all below them, or any",
  }),
  sitemap: z.enum(["include", "only", "skip"]).optional().openapi({
    description: "Whether the sitemaps of the site are read: beside its links (the default), alone, or not",
  }),
};

const site = z.string().regex(/^[^\p{C}]{1,128}$/u, "must be 1 to 128 characters, none a control character")
  .openapi({ pattern: printable(128), example: "example.com" });

/** @param maxPages the settings' CRAWL_MAX_PAGES */
export function newCrawl(maxPages: number) {
  return fieldsGoWithJson(z.strictObject({
    start_urls: z.array(pageUrl).min(1).max(MAX_START_URLS).optional().openapi({
      description:
        "Where it starts. May be left out with a `brand` that has a profile: then the profile's start pages are " +
        "taken, and its other words where the body is silent",
      example: ["https://example.com/"],
    }),
    max_depth: z.int().min(0).max(1000).optional().openapi({
      description: "Links away from a start page; 0: the start pages alone. Default 10",
    }),
    max_pages: z.int().min(1).max(maxPages).optional().openapi({
      description: "Pages at most. Default and maximum: CRAWL_MAX_PAGES",
      example: 500,
    }),
    ...pageChoice,
    max_concurrent: z.int().min(1).max(256).optional().openapi({
      description: "Pages of it at one time; the limits of each host hold beside it. Default 8",
    }),
    brand: brand.optional(),
    priority: priority.optional(),
    tags: tags.optional(),
    site: site.optional().openapi({
      description:
        "A name under which crawls of one site are compared: each page is then told to be new, changed, unchanged " +
        "or gone. Of a crawl that starts from a profile by default its brand",
    }),
    due_only: z.boolean().optional().openapi({
      description: "With `site`: leaves pages alone that by their history need not be asked for yet",
    }),
    intervals: z.strictObject({
      min_s: z.int().min(1).max(YEAR_S),
      max_s: z.int().min(1).max(YEAR_S),
    }).refine(({ min_s, max_s }) => min_s <= max_s, { path: ["max_s"], message: "must not be below min_s" })
      .optional().openapi({
        description: "With `site`: bounds of a page's interval, which doubles when it has not changed and " +
          "halves when it has",
      }),
    ...fetchOptions,
    formats: fetchOptions.formats.describe("What to extract of each page. Default: markdown and metadata"),
    timeout_ms: scrapeOptions.timeout_ms,
  })).openapi("NewCrawl", {
    example: {
      start_urls: ["https://example.com/"],
      include: ["/products/"],
      max_pages: 500,
      formats: ["markdown", "product"],
    },
  });
}

export type NewCrawl = z.output<ReturnType<typeof newCrawl>>;
