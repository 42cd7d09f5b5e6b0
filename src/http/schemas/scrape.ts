import { z } from "@hono/zod-openapi";
import { fieldsGoWithJson, ifChangedFrom, scrapeOptions } from "../../tasks/mod.ts";
import { absoluteUrl, maxAttempts, priority } from "./common.ts";
import { fields } from "./fields.ts";
import { batchOptions } from "./new_batch.ts";
import { sharedOptions, taskOptions, withOneStart } from "./task_options.ts";

export const pageUrl = absoluteUrl.openapi({ example: "https://example.com/products/stage-piano-88" });

/** The scrape's own limit, which knows what took so long; the attempt's follows it a little later. */
const { timeout_ms: scrapeTimeoutMs, ...others } = scrapeOptions;
const WIND_UP_MS = 5000;

export function attemptTimeoutMs(scrapeTimeout: number | undefined): number | undefined {
  return scrapeTimeout === undefined ? undefined : scrapeTimeout + WIND_UP_MS;
}

/** How pages are scraped, one or many: the task's own options, with the selector schema as the document shows it. */
export const fetchOptions = { ...others, fields: fields.optional() };
const pageOptions = { ...fetchOptions, if_changed_from: ifChangedFrom };

type PageOptions = Partial<z.output<z.ZodObject<typeof pageOptions>>>;

export const newScrape = fieldsGoWithJson(withOneStart(
  z.strictObject({ url: pageUrl, ...pageOptions, ...taskOptions, timeout_ms: scrapeTimeoutMs }),
))
  .openapi("NewScrape", {
    example: { url: "https://example.com/products/stage-piano-88", brand: "halilit", priority: 5 },
  });

export const newScrapeBatch = fieldsGoWithJson(z.strictObject({
  urls: z.array(z.string()).min(1).max(10_000).openapi({
    example: ["https://example.com/a", "https://example.com/b"],
  }),
  ignore_invalid: z.boolean().default(false)
    .openapi({
      description: "Leave bad URLs out and list them in `invalid_urls`, instead of refusing the batch",
    }),
  ...fetchOptions,
  ...batchOptions,
  timeout_ms: scrapeTimeoutMs,
})).openapi("NewScrapeBatch", {
  example: {
    urls: ["https://example.com/products/stage-piano-88", "https://example.com/products/drum-mixer"],
    brand: "halilit",
    max_concurrent: 5,
  },
});

/** Longest a caller may wait for an answer. */
const MAX_DEADLINE_MS = 600_000;

/** What is waited for: no time of its own, no id, nothing that follows. */
const { expires_in_s: _expires, timeout_ms: _timeout, ...queueOptions } = {
  ...sharedOptions,
  priority: priority.optional().openapi({
    description: "Higher runs sooner. Default 10, as somebody waits for it",
    example: 10,
  }),
  max_attempts: maxAttempts.optional().openapi({ description: "Attempts before it has failed. Default 1" }),
};

export const waitedOptions = queueOptions;

/** How long the answer may take, with what it is where the caller names nothing. */
export function deadlineMs(fallback: number) {
  return z.int().min(100).max(MAX_DEADLINE_MS).default(Math.min(fallback, MAX_DEADLINE_MS)).openapi({
    description: "How long the answer may take, the wait for a free worker included; then it is cancelled",
  });
}

/** @param timeoutMs the settings' limit of one scrape */
export function newWaitedScrape(timeoutMs: number) {
  return fieldsGoWithJson(z.strictObject({
    url: pageUrl,
    ...pageOptions,
    ...waitedOptions,
    timeout_ms: scrapeTimeoutMs,
    deadline_ms: deadlineMs(timeoutMs + WIND_UP_MS),
  })).openapi("NewWaitedScrape", {
    example: {
      url: "https://example.com/products/stage-piano-88",
      formats: ["markdown", "json"],
      fields: { title: { selector: "h1" }, price: { selector: ".price", type: "price" } },
      deadline_ms: 20_000,
    },
  });
}

const INPUT_NAMES = Object.keys({ ...pageOptions, timeout_ms: scrapeTimeoutMs }) as (keyof ScrapeInput)[];
type ScrapeInput = PageOptions & { timeout_ms?: number };

/** The input of a scrape task: what was asked for, nothing filled in (the task's own schema has the defaults). */
export function scrapeInputOf(url: string, options: ScrapeInput): Record<string, unknown> {
  const input: Record<string, unknown> = { url };
  for (const name of INPUT_NAMES) {
    if (options[name] !== undefined) input[name] = options[name];
  }
  return input;
}

/**
 * Why `text` is no URL to scrape, or undefined. Of other schemes the guard speaks, with a code of its own; what only a
 * lenient parser takes for http (`http:/a.example`, a blank before it) the task's input would refuse later, and with it
 * all that came beside it.
 */
export function urlFault(text: string): string | undefined {
  const parsed = pageUrl.safeParse(text);
  if (!parsed.success) return parsed.error.issues[0]!.message;
  const isHttp = /^https?:$/.test(new URL(text).protocol);
  return isHttp && !/^https?:\/\//i.test(text) ? "must be an absolute http or https URL" : undefined;
}
