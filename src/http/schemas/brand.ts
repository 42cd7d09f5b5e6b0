import { z } from "@hono/zod-openapi";
import type { BrandFile, BrandProfile } from "../../brands/port.ts";
import { PAGE_FORMATS } from "../../sandbox/port.ts";
import { fieldsGoWithJson } from "../../tasks/mod.ts";
import { instant, instantOf, taskId } from "./common.ts";
import { fields } from "./fields.ts";
import { newCrawl } from "./new_crawl.ts";
import { deadlineMs, pageUrl } from "./scrape.ts";
import { waitedScrape } from "./scrape_result.ts";

export const brandName = z.string().regex(
  /^(?!\.)[A-Za-z0-9_.-]{1,64}$/,
  "must be 1 to 64 letters, digits, '_', '.' or '-', and not begin with '.'",
).openapi({ description: "The name of its file in BRANDS_DIR, without the extension", example: "halilit" });

const PREVIEW_FORMATS = PAGE_FORMATS.filter((format) => format !== "json");
/** Credentials of a profile are for the site, not for whoever reads the profile. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie"]);
const HIDDEN = "(not shown)";

const profile = z.object({
  brand: brandName,
  title: z.string().optional(),
  hosts: z.array(z.string()),
  start_urls: z.array(z.string()),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  sitemap: z.enum(["include", "only", "skip"]),
  max_depth: z.int(),
  max_pages: z.int(),
  formats: z.array(z.enum(PAGE_FORMATS)).optional(),
  fields: fields.optional(),
  next_selector: z.string().optional(),
  politeness: z.object({ concurrency: z.int().optional(), delay_s: z.number().optional() }),
  freshness: z.object({
    max_age_s: z.int().optional(),
    stale_ok_s: z.int().optional(),
    min_interval_s: z.int(),
    max_interval_s: z.int(),
  }),
  render: z.enum(["never", "auto", "always"]),
  index: z.boolean(),
  headers: z.record(z.string(), z.string()).optional().openapi({
    description: "Credentials among them are not shown",
  }),
}).openapi("BrandProfile", {
  description: "The keys of a profile's file, with what it leaves out filled in",
});

const profileError = z.object({
  line: z.int(),
  column: z.int(),
  path: z.string().openapi({ description: "Dotted path in the file; empty for the file as a whole" }),
  message: z.string(),
}).openapi("BrandFileError");

const brandFile = {
  brand: brandName,
  file: z.string(),
  in_force: z.boolean().openapi({
    description: "A profile is used: the file's, or the last good one where the file has errors",
  }),
  loaded_at: instant,
  errors: z.array(profileError).openapi({ description: "What is wrong with the file as it is now" }),
};

export const brandSchema = z.object({ ...brandFile, profile: profile.nullable() }).openapi("Brand");
export const brandList = z.object({
  brands: z.array(z.object({ ...brandFile, title: z.string().optional(), hosts: z.array(z.string()) })),
}).openapi("BrandList");

/** @param timeoutMs the settings' limit of one scrape */
export function newPreview(timeoutMs: number) {
  return z.strictObject({
    url: pageUrl.openapi({ description: "A page of one of the profile's hosts" }),
    profile: z.string().max(128 * 1024).optional().openapi({
      description: "The text of a profile to try in the place of the one in force: YAML, or JSON",
      example: "brand: halilit\nhosts: [www.example.com]\nfields:\n  name: { selector: h1 }\n",
    }),
    formats: z.array(z.enum(PREVIEW_FORMATS)).min(1).max(PREVIEW_FORMATS.length).optional().openapi({
      description: "What `result` has beside. Default: the profile's, else metadata",
    }),
    deadline_ms: deadlineMs(timeoutMs),
  }).openapi("NewPreview", { example: { url: "https://www.example.com/products/stage-piano-88" } });
}

const tried = z.object({
  selector: z.string(),
  matches: z.int().optional().openapi({ description: "Elements it matches, at most 1000" }),
  says: z.string().optional().openapi({ description: "How the first text among them begins" }),
});

export const previewBody = z.object({
  task_id: taskId,
  brand: brandName,
  saved: z.boolean().openapi({ description: "The profile in force was tried, not one of the request" }),
  url: z.string(),
  final_url: z.string(),
  fields: z.record(z.string(), z.unknown()).openapi({ description: "As a scrape would give them" }),
  missing: z.array(z.object({
    field: z.string().openapi({ description: "Dotted where it is a field of a field" }),
    type: z.string(),
    tried: z.array(tried),
    default_given: z.boolean(),
  })).openapi({ description: "Fields that found nothing, with the selectors that were tried" }),
  next_url: z.string().nullable().openapi({ description: "The next page of a listing" }),
  result: waitedScrape.omit({ task_id: true }),
}).openapi("BrandPreview");

/** A crawl as anybody may ask for it, less where it starts: that is the profile's word. */
export function brandCrawl(maxPages: number) {
  const { start_urls: _, brand: __, ...shape } = newCrawl(maxPages).shape;
  return fieldsGoWithJson(z.strictObject(shape)).openapi("BrandCrawl", {
    example: { max_pages: 200, due_only: true },
  });
}

export function brandBody(file: BrandFile) {
  return { ...fileBody(file), profile: file.profile === undefined ? null : profileBody(file.profile) };
}

export function brandListBody(files: readonly BrandFile[]) {
  return {
    brands: files.map((file) => ({
      ...fileBody(file),
      title: file.profile?.title,
      hosts: file.profile?.hosts ?? [],
    })),
  };
}

function fileBody({ brand, file, profile, errors, loadedMs }: BrandFile) {
  return { brand, file, in_force: profile !== undefined, loaded_at: instantOf(loadedMs), errors };
}

function profileBody({ politeness, freshness, headers, ...profile }: BrandProfile) {
  return {
    brand: profile.brand,
    title: profile.title,
    hosts: profile.hosts,
    start_urls: profile.startUrls,
    include: profile.include,
    exclude: profile.exclude,
    sitemap: profile.sitemap,
    max_depth: profile.maxDepth,
    max_pages: profile.maxPages,
    formats: profile.formats,
    fields: profile.fields,
    next_selector: profile.nextSelector,
    politeness: {
      concurrency: politeness.concurrency,
      delay_s: politeness.delayMs === undefined ? undefined : politeness.delayMs / 1000,
    },
    freshness: {
      max_age_s: freshness.maxAgeS,
      stale_ok_s: freshness.staleOkS,
      min_interval_s: freshness.minIntervalS,
      max_interval_s: freshness.maxIntervalS,
    },
    render: profile.render,
    index: profile.index,
    headers: headers && Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, SECRET_HEADERS.has(name) ? HIDDEN : value]),
    ),
  };
}
