import { z } from "@hono/zod-openapi";
import { mapOptions, mapOutput } from "../../tasks/mod.ts";
import { brand, taskId } from "./common.ts";
import { pageChoice } from "./new_crawl.ts";
import { deadlineMs, pageUrl } from "./scrape.ts";
import { sharedOptions } from "./task_options.ts";

const WIND_UP_MS = 5000;

/** @param timeoutMs the settings' limit of one scrape, which is that of a map too */
export function newMap(timeoutMs: number) {
  return z.strictObject({
    url: pageUrl.openapi({ description: "A page of the site", example: "https://example.com/" }),
    ...pageChoice,
    ...mapOptions,
    brand: brand.optional(),
    priority: sharedOptions.priority.openapi({ description: "Higher runs sooner. Default 10" }),
    tags: sharedOptions.tags,
    deadline_ms: deadlineMs(timeoutMs + WIND_UP_MS),
  }).openapi("NewMap", { example: { url: "https://example.com/", include: ["/products/"], limit: 200 } });
}

const INPUT_NAMES = [
  "include",
  "exclude",
  "scope",
  "sitemap",
  "limit",
  "search",
  "respect_robots",
  "timeout_ms",
] as const;
type NewMap = z.output<ReturnType<typeof newMap>>;

/** The input of a map task: what was asked for, nothing filled in. */
export function mapInputOf(body: NewMap): Record<string, unknown> {
  const input: Record<string, unknown> = { url: body.url };
  for (const name of INPUT_NAMES) {
    if (body[name] !== undefined) input[name] = body[name];
  }
  return input;
}

export const waitedMap = mapOutput.extend({ task_id: taskId }).openapi("SiteMap", {
  description:
    "`truncated`: there are more links than these, or not all could be looked for. `warnings`: what could not be " +
    "read beside the rest, a broken sitemap say",
});
