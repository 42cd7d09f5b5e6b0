import { z } from "zod";
import { TASK_ERROR_CODES } from "../platform/errors.ts";

/** The messages between a sandbox and its child. A child may be compromised, so what it sends is checked here. */

/** First line on a child's stdin. */
export interface Hello {
  marker: string;
  kind: ChildKind;
  userAgent: string;
  ports: number[];
  allowPrivateHosts: string[];
  /** Bodies held at once, in bytes. */
  maxHeldBytes: number;
}

/** `page`: public addresses. `page-private`: exactly ALLOW_PRIVATE_HOSTS. `task`: no network. */
export type ChildKind = "page" | "page-private" | "task";

export type Operation = "fetch" | "put" | "extract" | "robots" | "sitemap" | "readBody" | "runTask";

export type ToChild =
  | { t: "ping" }
  | { t: "call"; id: number; op: Operation; args: unknown; bodyId?: number }
  /** The next bytes (base64) of what call `id` puts. */
  | { t: "bytes"; id: number; data: string }
  | { t: "cancel"; id: number }
  | { t: "drop"; bodyId: number }
  | { t: "answer"; seq: number; value?: unknown; error?: ChildFailure };

const text = (max: number) => z.string().max(max);

const failure = z.object({
  code: z.enum(TASK_ERROR_CODES).optional(),
  message: z.string().transform((message) => message.slice(0, 2000)),
  retryable: z.boolean().optional(),
  retryAfterS: z.number().min(0).max(86_400).optional(),
  /** Not the call's own fault: it becomes an `InterruptedError`. */
  interrupted: z.boolean().optional(),
  /** Unix ms: it becomes a `DeferredError`. */
  retryAtMs: z.number().min(0).optional(),
});

/** An error as it crosses between the two. */
export type ChildFailure = z.output<typeof failure>;

const id = z.int().min(0);

/** Everything a child may say. */
export const fromChild = z.discriminatedUnion("t", [
  z.object({ t: z.literal("ready") }),
  z.object({ t: z.literal("pong") }),
  /** Call `id` takes the thread; it gives it back with `idle`. */
  z.object({ t: z.literal("cpu"), id }),
  z.object({ t: z.literal("idle"), id }),
  z.object({ t: z.literal("chunk"), id, data: z.base64() }),
  z.object({ t: z.literal("result"), id, value: z.unknown() }),
  z.object({ t: z.literal("error"), id, error: failure }),
  z.object({
    t: z.literal("progress"),
    id,
    done: z.number(),
    total: z.number(),
    message: text(1000).optional(),
  }),
  z.object({
    t: z.literal("log"),
    id,
    level: z.enum(["debug", "info", "warning", "error"]),
    message: text(10_000),
    fields: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    t: z.literal("ask"),
    id,
    seq: id,
    method: z.enum(["fetch", "cacheGet", "cacheSet", "cacheDelete"]),
    args: z.array(z.unknown()).max(4),
  }),
]);

export type FromChild = z.output<typeof fromChild>;

/** The arguments of `ask`, by method. */
export const askArgs = {
  fetch: z.tuple([
    text(32_768),
    z.object({
      method: z.enum(["GET", "HEAD", "POST"]).optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().optional(),
      maxBytes: z.int().min(0).optional(),
      respectRobots: z.boolean().optional(),
      redirect: z.enum(["follow", "manual"]).optional(),
    }),
  ]),
  cacheGet: z.tuple([text(4096)]),
  cacheSet: z.tuple([
    text(4096),
    z.string(),
    z.object({
      maxAgeS: z.number().min(0),
      staleS: z.number().min(0).optional(),
      tags: z.array(text(256)).max(64).optional(),
    }),
  ]),
  cacheDelete: z.tuple([text(4096)]),
};
