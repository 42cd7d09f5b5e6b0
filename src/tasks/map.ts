import { z } from "zod";
import { bareHost } from "../platform/host_exceptions.ts";
import type { MapRequest, MapResult } from "../scraping/port.ts";
import { defineTask, type TaskDefinition } from "./define.ts";
import { globs, pageUrl } from "./scrape_options.ts";

const MAX_LINKS = 50_000;

/** Which links of a site. Plain zod, for the task and for the route. */
export const mapOptions = {
  limit: z.int().min(1).max(MAX_LINKS).optional().describe("Links at most; 1000 where absent"),
  search: z.string().min(1).max(500).optional().describe(
    "Words by which the links are put in order: those that have most of them in address or title come first",
  ),
  respect_robots: z.boolean().optional().describe("Obey robots.txt; true where absent"),
  timeout_ms: z.int().min(100).max(600_000).optional()
    .describe("How long the site is asked; SCRAPE_TIMEOUT_MS where absent, which it cannot exceed"),
};

/** What a map is asked with. */
export const mapInput = z.strictObject({
  url: pageUrl.describe("A page of the site; its host is the site"),
  include: globs.optional(),
  exclude: globs.optional(),
  scope: z.enum(["host", "domain", "any"]).optional(),
  sitemap: z.enum(["include", "only", "skip"]).optional(),
  ...mapOptions,
});

/** What a map answers. */
export const mapOutput = z.object({
  url: z.string(),
  links: z.array(z.object({
    url: z.string(),
    title: z.string().optional(),
    lastmod: z.string().optional(),
    source: z.enum(["sitemap", "page"]),
  })),
  truncated: z.boolean(),
  warnings: z.array(z.string()),
});

export interface MapTaskDeps {
  /** `mapSite` with its dependencies. The main isolate, which only needs the schemas, gives one that throws. */
  map(request: MapRequest, options: { signal: AbortSignal }): Promise<MapResult>;
  /** The settings' SCRAPE_TIMEOUT_MS. */
  timeoutMs: number;
}

/** After the map's own deadline, which knows better what went wrong than the pool's. */
const WIND_UP_MS = 5000;

/** The links of a site, from its sitemaps and its start page, without reading the pages. */
export function createMapTask(deps: MapTaskDeps): TaskDefinition<typeof mapInput, typeof mapOutput> {
  return defineTask({
    name: "map",
    input: mapInput,
    output: mapOutput,
    isolation: "thread",
    load: "io",
    timeoutMs: deps.timeoutMs + WIND_UP_MS,
    limitKeys: ({ url }) => [`host:${bareHost(new URL(url))}`],
    run: ({ respect_robots, timeout_ms, ...input }, ctx) =>
      deps.map({ ...input, respectRobots: respect_robots, timeoutMs: timeout_ms }, { signal: ctx.signal }),
  });
}
