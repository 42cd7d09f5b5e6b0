import { z } from "@hono/zod-openapi";
import { cacheStatsSchema } from "./cache.ts";
import { poolStatusSchema, queueStatusSchema } from "./queue.ts";

const overall = z.enum(["ok", "degraded", "stopping"]);
const componentStatus = z.enum(["ok", "degraded", "unavailable"]);
const chromaStatus = z.enum(["off", "starting", "connected", "unavailable"]);

const component = z.object({ status: componentStatus, reason: z.string().optional() });

/** The vector database, as it is shown wherever it is. */
export const chromaSchema = z.object({
  status: chromaStatus,
  mode: z.enum(["local", "remote", "off"]),
  url: z.string().optional(),
  version: z.string().optional(),
  reason: z.string().optional(),
  restarts: z.int(),
  final: z.boolean().optional().openapi({
    description: "It cannot run here: it is not tried again before a restart",
  }),
});

const search = z.object({
  status: z.enum(["ok", "degraded", "unavailable", "off"]).openapi({
    description: "`degraded`: vectors cannot be written or asked, words can; `off`: by CHROMA_URL",
  }),
  reason: z.string().optional(),
  documents: z.int().optional(),
  chunks: z.int().optional(),
  owed_vectors: z.int().optional().openapi({ description: "Passages whose vectors are still to be written" }),
  generation: z.int().optional().openapi({ description: "The one that serves" }),
});

export const healthSchema = z.object({
  status: overall,
  version: z.string().openapi({ example: "0.2.0" }),
  uptime_s: z.number(),
  components: z.object({
    queue: component,
    workers: component,
    cache: component,
    metrics: component,
    chromadb: z.object({ status: chromaStatus, reason: z.string().optional() }),
    search,
  }),
}).openapi("Health");

export const probeSchema = z.object({ status: z.enum(["ok", "starting", "stopping"]) }).openapi("Probe");

export const systemStatusSchema = z.object({
  status: overall,
  version: z.string(),
  uptime_s: z.number(),
  components: z.object({
    queue: queueStatusSchema.extend({ status: componentStatus, reason: z.string().optional() }),
    workers: poolStatusSchema.extend({ status: componentStatus, reason: z.string().optional() }),
    cache: cacheStatsSchema.extend({ status: componentStatus, reason: z.string().optional() }),
    metrics: z.object({
      status: componentStatus,
      reason: z.string().optional(),
      written: z.int(),
      dropped: z.int(),
      last_error: z.string().optional(),
    }),
    chromadb: chromaSchema,
    search,
  }),
  process: z.object({
    rss_bytes: z.int(),
    heap_used_bytes: z.int(),
    heap_total_bytes: z.int(),
    external_bytes: z.int(),
    pid: z.int(),
    deno_version: z.string(),
  }),
}).openapi("SystemStatus");
