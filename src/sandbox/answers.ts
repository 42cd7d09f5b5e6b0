import { z } from "zod";
import { pageSchema } from "./page_schema.ts";
import type { RobotsRules, Sitemap } from "./port.ts";

/** What a child's results must look like. A child reads strangers' bytes: its word is checked before it is passed on. */

const url = z.string().max(32_768);

export const hopAnswer = z.object({
  status: z.int().min(100).max(999),
  headers: z.record(z.string(), z.string()),
  redirectTo: url.optional(),
  sizeBytes: z.int().min(0).optional(),
  bodySha256: z.hex().length(64).optional(),
  /** The child still has the body. */
  held: z.literal(true).optional(),
  page: pageSchema.optional(),
  extractMs: z.number().min(0).optional(),
});

export const robotsAnswer: z.ZodType<RobotsRules> = z.object({
  rules: z.array(z.object({ allow: z.boolean(), pattern: z.string() })),
  crawlDelayS: z.number().min(0).optional(),
  sitemaps: z.array(z.string()),
});

export const sitemapAnswer: z.ZodType<Sitemap> = z.object({
  kind: z.enum(["pages", "index"]),
  entries: z.array(z.object({ url, lastmod: z.string().max(100).optional() })),
  truncated: z.boolean(),
});
