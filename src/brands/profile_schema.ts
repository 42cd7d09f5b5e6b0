import { z } from "zod";
import { fieldSchema, selectorSchema } from "../sandbox/field_schema.ts";
import { PAGE_FORMATS } from "../sandbox/port.ts";
import { canonicalHost, isOfHosts } from "./host_patterns.ts";
import type { BrandProfile } from "./port.ts";

/** A brand profile as its file writes it (snake_case, durations in seconds) to the profile as the service uses it. */

export const BRAND_NAME = /^(?!\.)[A-Za-z0-9_.-]{1,64}$/;
export const BRAND_NAME_RULE = "must be 1 to 64 letters, digits, '_', '.' or '-', and not begin with '.'";

const DAY_S = 86_400;
const MAX_HOSTS = 100;
const MAX_START_URLS = 1000;
const MAX_GLOBS = 200;

const FORMATS = PAGE_FORMATS.filter((format) => format !== "json");
const HEADER_NAMES = ["accept", "accept-language", "authorization", "cookie", "referer"] as const;

const host = z.string().max(253 + 2).transform((text, context) => {
  const known = canonicalHost(text);
  if (known !== undefined) return known;
  context.addIssue({
    code: "custom",
    message: "must be a host such as example.com, or *.example.com for every host below it",
  });
  return z.NEVER;
});
const pageUrl = z.string().max(8192).refine(
  (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
  "must be an absolute http or https URL",
);
const glob = z.string().min(1).max(2000);
const globs = z.array(glob).max(MAX_GLOBS).default([]);
const seconds = (max: number, min = 0) => z.int().min(min).max(max);

const politeness = z.strictObject({
  concurrency: z.int().min(1).max(256).optional(),
  delay_s: z.number().min(0).max(3600).optional(),
});
const freshness = z.strictObject({
  max_age_s: seconds(7 * DAY_S).optional(),
  stale_ok_s: seconds(28 * DAY_S).optional(),
  min_interval_s: seconds(366 * DAY_S, 60).default(3600),
  max_interval_s: seconds(366 * DAY_S, 60).default(30 * DAY_S),
}).refine(
  ({ min_interval_s, max_interval_s }) => min_interval_s <= max_interval_s,
  { path: ["max_interval_s"], message: "must not be less than min_interval_s" },
);

const profileFile = z.strictObject({
  brand: z.string().regex(BRAND_NAME, BRAND_NAME_RULE),
  title: z.string().min(1).max(200).optional(),
  hosts: z.array(host).min(1).max(MAX_HOSTS),
  start_urls: z.array(pageUrl).max(MAX_START_URLS).optional(),
  include: globs,
  exclude: globs,
  sitemap: z.enum(["include", "only", "skip"]).default("include"),
  max_depth: z.int().min(0).max(100).default(10),
  max_pages: z.int().min(1).max(10_000_000).default(10_000),
  formats: z.array(z.enum(FORMATS)).min(1).optional(),
  fields: fieldSchema.optional(),
  next_selector: selectorSchema.optional(),
  politeness: politeness.prefault({}),
  freshness: freshness.prefault({}),
  render: z.enum(["never", "auto", "always"]).default("never"),
  index: z.boolean().default(true),
  headers: z.partialRecord(
    z.enum(HEADER_NAMES),
    z.string().regex(/^[\x20-\x7e]{0,4096}$/, "must be printable ASCII"),
  ).optional(),
}).superRefine(({ hosts, start_urls = [] }, context) => {
  for (const [index, url] of start_urls.entries()) {
    const parsed = URL.parse(url);
    if (parsed === null || isOfHosts(parsed, hosts)) continue; // what is no URL has been told
    context.addIssue({
      code: "custom",
      path: ["start_urls", index],
      message: "must be of one of the profile's hosts",
    });
  }
});

export const profileSchema = profileFile.transform((file): BrandProfile => ({
  brand: file.brand,
  title: file.title,
  hosts: [...new Set(file.hosts)],
  startUrls: file.start_urls ?? frontPages(file.hosts),
  include: file.include,
  exclude: file.exclude,
  sitemap: file.sitemap,
  maxDepth: file.max_depth,
  maxPages: file.max_pages,
  formats: file.formats && [...new Set(file.formats)],
  fields: file.fields,
  nextSelector: file.next_selector,
  politeness: {
    concurrency: file.politeness.concurrency,
    delayMs: file.politeness.delay_s === undefined ? undefined : Math.round(file.politeness.delay_s * 1000),
  },
  freshness: {
    maxAgeS: file.freshness.max_age_s,
    staleOkS: file.freshness.stale_ok_s,
    minIntervalS: file.freshness.min_interval_s,
    maxIntervalS: file.freshness.max_interval_s,
  },
  render: file.render,
  index: file.index,
  headers: file.headers,
}));

/** Where a crawl begins when the file does not say. */
function frontPages(hosts: readonly string[]): string[] {
  return [...new Set(hosts)].filter((each) => !each.startsWith("*.")).map((each) => `https://${each}/`);
}
