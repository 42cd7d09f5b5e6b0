import { z } from "zod";
import { TASK_ERROR_CODES } from "../../platform/errors.ts";
import type { BrowserOptions, RenderRequest } from "./port.ts";

/** The messages between a service and the process that holds its Chromium; framed as those of any sandbox child. */

/** First line on its stdin. */
export interface BrowserHello {
  marker: string;
  /** Of this run alone. */
  profile: string;
  /** Words put before the command that starts Chromium. */
  launcher: string[];
  options: BrowserOptions & { chromiumPath: string };
}

export type ToBrowserHost =
  | { t: "render"; id: number; request: RenderRequest; timeoutMs: number }
  | { t: "cancel"; id: number };

const id = z.int().min(0);
const count = z.int().min(0);

/** Everything the process may say. It reads what a stranger's page made a browser say, so it is checked. */
export const fromBrowserHost = z.discriminatedUnion("t", [
  z.object({ t: z.literal("ready"), sandboxed: z.boolean() }),
  z.object({
    t: z.literal("page"),
    id,
    page: z.object({
      finalUrl: z.string().max(32_768),
      status: z.int().min(100).max(999),
      contentType: z.string().max(1000).optional(),
      html: z.string(),
      screenshotPng: z.base64().optional(),
      requests: count,
      refused: count,
      bytes: count,
    }),
  }),
  z.object({
    t: z.literal("error"),
    id,
    error: z.object({
      code: z.enum(TASK_ERROR_CODES).optional(),
      message: z.string().transform((message) => message.slice(0, 2000)),
      retryable: z.boolean().optional(),
      /** Not the page's own fault: it becomes an `InterruptedError`. */
      interrupted: z.boolean().optional(),
    }),
  }),
  /** All that page `id` was made of has been closed, and its place is free. */
  z.object({ t: z.literal("gone"), id }),
]);

export type FromBrowserHost = z.output<typeof fromBrowserHost>;
