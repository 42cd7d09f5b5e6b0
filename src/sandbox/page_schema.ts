import { z } from "zod";
import { type ExtractedPage, PAGE_KINDS } from "./port.ts";

/**
 * What an extracted page must look like, once: the sandbox checks the word of a child by it, the scrape task its
 * result, and the API document shows it.
 */

const sourced = <T extends z.ZodType>(value: T) =>
  z.object({
    value,
    source: z.enum(["json-ld", "microdata", "rdfa", "opengraph", "meta", "embedded-state", "page"]),
    confidence: z.number().min(0).max(1),
  }).optional();

/** A product; each field says where on the page it was found. */
const productSchema = z.object({
  name: sourced(z.string()),
  brand: sourced(z.string()),
  sku: sourced(z.string()),
  gtin: sourced(z.string()),
  mpn: sourced(z.string()),
  description: sourced(z.string()),
  price: sourced(z.string().regex(/^\d+(\.\d+)?$/)),
  currency: sourced(z.string()),
  availability: sourced(
    z.enum(["InStock", "OutOfStock", "PreOrder", "BackOrder", "Discontinued", "LimitedAvailability"]),
  ),
  condition: sourced(z.string()),
  url: sourced(z.string()),
  images: sourced(z.array(z.string())),
  rating: sourced(z.object({ value: z.number(), best: z.number().optional(), count: z.number().optional() })),
  breadcrumbs: sourced(z.array(z.string())),
  specifications: sourced(z.array(z.object({ name: z.string(), value: z.string() }))),
});

export const pageSchema = z.object({
  content_type: z.string(),
  charset: z.string().optional(),
  title: z.string().optional(),
  language: z.string().optional(),
  direction: z.enum(["ltr", "rtl"]).optional(),
  content_hash: z.string().max(128),
  markdown: z.string().optional(),
  html: z.string().optional(),
  raw_html: z.string().optional(),
  text: z.string().optional(),
  links: z.array(z.object({ url: z.string(), text: z.string(), rel: z.string().optional() })).optional(),
  metadata: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  product: productSchema.nullable().optional(),
  kind: z.enum(PAGE_KINDS).optional(),
  canonical_url: z.string().optional(),
  next_url: z.string().optional(),
  refresh_url: z.string().optional(),
  directives: z.array(z.enum(["noindex", "nofollow"])).optional(),
  tables: z.array(z.object({
    caption: z.string().optional(),
    headers: z.array(z.string()),
    rows: z.array(z.array(z.string())),
  })).optional(),
  json: z.record(z.string(), z.unknown()).nullable().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  pages: z.array(z.object({
    number: z.int(),
    title: z.string().optional(),
    markdown_start: z.int().optional(),
    text_start: z.int().optional(),
  })).optional(),
}) satisfies z.ZodType<ExtractedPage>;
