import { z } from "@hono/zod-openapi";
import type { CacheEntryInfo, CacheStats } from "../../cache/port.ts";
import { instant, instantOf, wholeQuery } from "./common.ts";

export const cacheStatsSchema = z.object({
  entries: z.int(),
  size_bytes: z.int(),
  max_bytes: z.int(),
  hits: z.int(),
  memory_hits: z.int().openapi({ description: "Of the hits, those from memory" }),
  stale_hits: z.int(),
  misses: z.int(),
  hit_rate: z.number().nullable().openapi({
    description: "Share of look-ups that hit; null before the first",
  }),
  sets: z.int(),
  deletes: z.int(),
  evictions: z.int(),
  corrupt: z.int().openapi({ description: "Entries found damaged and dropped" }),
  coalesced: z.int().openapi({ description: "Calls that shared another caller's computation" }),
  errors: z.int(),
}).openapi("CacheStats");

export function cacheStatsBody(stats: CacheStats): z.input<typeof cacheStatsSchema> {
  const lookups = stats.hits + stats.staleHits + stats.misses;
  return {
    entries: stats.entries,
    size_bytes: stats.sizeBytes,
    max_bytes: stats.maxBytes,
    hits: stats.hits,
    memory_hits: stats.memoryHits,
    stale_hits: stats.staleHits,
    misses: stats.misses,
    hit_rate: lookups === 0 ? null : (stats.hits + stats.staleHits) / lookups,
    sets: stats.sets,
    deletes: stats.deletes,
    evictions: stats.evictions,
    corrupt: stats.corrupt,
    coalesced: stats.coalesced,
    errors: stats.errors,
  };
}

const name = z.string().min(1).max(1024);

export const invalidation = z.object({
  key: name.optional().openapi({ description: "The one entry with this key" }),
  prefix: name.optional().openapi({ description: "Every key that begins with it" }),
  tag: name.optional().openapi({ description: "Every entry stored with it" }),
}).refine(
  (q) => [q.key, q.prefix, q.tag].filter((v) => v !== undefined).length === 1,
  "give exactly one of key, prefix and tag",
);

export const entryQuery = z.object({
  prefix: name.optional().openapi({ description: "Only keys that begin with it" }),
  limit: wholeQuery(1, 200, 50, "Most entries"),
});

export const cacheEntries = z.object({
  entries: z.array(z.object({
    key: z.string(),
    size_bytes: z.int(),
    expires_at: instant,
    tags: z.array(z.string()),
  })),
}).openapi("CacheEntries");

export function cacheEntriesBody(entries: readonly CacheEntryInfo[]): z.input<typeof cacheEntries> {
  return {
    entries: entries.map(({ key, sizeBytes, expiresMs, tags }) => ({
      key,
      size_bytes: sizeBytes,
      expires_at: instantOf(expiresMs),
      tags: [...tags],
    })),
  };
}

export const invalidated = z.object({ deleted: z.int() }).openapi("CacheInvalidation");
