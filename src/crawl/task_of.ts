import type { TaskRequest } from "../queue/service_port.ts";
import type { FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import { taskIdOf } from "./task_ids.ts";

/** Formats of a crawl that names none: what a search or a copy of the site needs. */
const DEFAULT_FORMATS = ["markdown", "metadata"] as const;
/** Of `SCRAPE`'s own time-out the attempt's follows a little later. */
const WIND_UP_MS = 5000;
/** Lower-case, as all names of headers here. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie"]);

/** What the queue's limit of a crawl goes by, so that it can be changed while the crawl runs. */
export function limitKeyOf(crawlId: string): string {
  return `crawl:${crawlId}`;
}

/** The task of the queue that a page, or a site's sitemaps, want. Its id says whose it is. */
export function taskOf(task: FrontierTask, request: ResolvedCrawl): TaskRequest {
  const { crawlId, number } = task;
  const common = {
    taskId: taskIdOf(crawlId, number),
    priority: request.priority,
    brand: request.brand,
    tags: [...(request.tags ?? []), `crawl:${crawlId}`],
    // Crawls take turns: a large one does not hold up a small one.
    fairnessKey: crawlId,
    limitKeys: [limitKeyOf(crawlId)],
  };
  if (task.kind === "sitemap") {
    const limit = Math.min(request.maxPages, 50_000);
    return { ...common, type: "map", input: { url: task.url, sitemap: "only", limit, scope: "any" } };
  }
  const { scrape = {}, sitemap } = request;
  const formats = new Set<string>(scrape.formats ?? DEFAULT_FORMATS);
  if (sitemap !== "only") formats.add("links");
  return {
    ...common,
    type: "scrape",
    input: withoutUndefined({
      url: task.url,
      formats: [...formats],
      fields: scrape.fields,
      max_age_s: scrape.maxAgeS,
      stale_ok_s: scrape.staleOkS,
      // Its pages are kept as results; a copy of each in the cache would cost as much again as reading it.
      cache: scrape.maxAgeS === undefined && scrape.staleOkS === undefined ? "skip" : undefined,
      respect_robots: scrape.respectRobots,
      headers: headersFor(task.url, request),
      timeout_ms: scrape.timeoutMs,
      max_bytes: scrape.maxBytes,
      render: scrape.render,
      screenshot: scrape.screenshot,
      index: scrape.index,
      if_changed_from: task.known && withoutUndefined(task.known),
    }),
    timeoutMs: scrape.timeoutMs === undefined ? undefined : scrape.timeoutMs + WIND_UP_MS,
  };
}

/** Credentials are for whom they were given to: the origins of the start pages, and no other that a page links to. */
function headersFor(url: string, { scrape, startUrls }: ResolvedCrawl): Record<string, string> | undefined {
  const { headers } = scrape ?? {};
  if (headers === undefined) return undefined;
  const { origin } = new URL(url);
  if (startUrls.some((start) => new URL(start).origin === origin)) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name)));
}

function withoutUndefined(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
