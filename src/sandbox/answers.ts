import { z } from "zod";
import type { ExtractedPage, HopResponse, RobotsRules } from "./port.ts";

/** What a child's results must look like. A child reads strangers' bytes: its word is checked before it is passed on. */

const url = z.string().max(32_768);

export const hopAnswer = z.object({
  status: z.int().min(100).max(999),
  headers: z.record(z.string(), z.string()),
  redirectTo: url.optional(),
  sizeBytes: z.int().min(0).optional(),
});

export const robotsAnswer: z.ZodType<RobotsRules> = z.object({
  rules: z.array(z.object({ allow: z.boolean(), pattern: z.string() })),
  crawlDelayS: z.number().min(0).optional(),
  sitemaps: z.array(z.string()),
});

const SOURCES = ["json-ld", "microdata", "rdfa", "opengraph", "meta", "embedded-state", "page"] as const;
const AVAILABILITY = [
  "InStock",
  "OutOfStock",
  "PreOrder",
  "BackOrder",
  "Discontinued",
  "LimitedAvailability",
] as const;

const sourced = <T extends z.ZodType>(value: T) =>
  z.object({ value, source: z.enum(SOURCES), confidence: z.number().min(0).max(1) }).optional();

const product = z.object({
  name: sourced(z.string()),
  brand: sourced(z.string()),
  sku: sourced(z.string()),
  gtin: sourced(z.string()),
  mpn: sourced(z.string()),
  description: sourced(z.string()),
  price: sourced(z.string()),
  currency: sourced(z.string()),
  availability: sourced(z.enum(AVAILABILITY)),
  condition: sourced(z.string()),
  url: sourced(z.string()),
  images: sourced(z.array(z.string())),
  rating: sourced(z.object({ value: z.number(), best: z.number().optional(), count: z.number().optional() })),
  breadcrumbs: sourced(z.array(z.string())),
  specifications: sourced(z.array(z.object({ name: z.string(), value: z.string() }))),
});

export const pageAnswer: z.ZodType<ExtractedPage> = z.object({
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
  product: product.nullable().optional(),
});

export type HopAnswer = Omit<HopResponse, "body"> & { sizeBytes?: number };
