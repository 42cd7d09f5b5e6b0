import type { Brands } from "../brands/port.ts";
import { scrapeOptionsOf } from "../brands/scrape_options.ts";
import type { JsonCache } from "../cache/mod.ts";
import { ServiceError, TaskError } from "../platform/errors.ts";
import type { GateLimits, HostGate } from "../scraping/mod.ts";
import { NO_INDEX_WORK } from "../search/off.ts";
import type { IndexWork } from "../search/port.ts";
import type { WorkerLogRecord, WorkerServices } from "../workers/mod.ts";

/** What workers may ask of the main isolate: the cache, a turn at a host, a line in the log. */
export function workerServices(deps: {
  cache: JsonCache;
  gate: Pick<HostGate, "acquire" | "release">;
  log: (record: WorkerLogRecord) => void;
  brands?: Brands;
  render?: WorkerServices["render"];
  startCrawl: (crawlId: string, input: Record<string, unknown>) => Promise<unknown>;
  searchWork?: () => IndexWork;
}): WorkerServices {
  const { cache, gate, log, brands, render = noBrowser, startCrawl, searchWork = () => NO_INDEX_WORK } = deps;
  return {
    async cacheGet(key, allowStale) {
      const found = await cache.get<unknown>(key, { allowStale });
      if (found === undefined) return undefined;
      const { value, storedMs, freshUntilMs, stale } = found;
      return { valueJson: JSON.stringify(value), storedMs, freshUntilMs, stale };
    },
    cacheSet: (key, valueJson, options) => cache.set(key, JSON.parse(valueJson), options),
    cacheDelete: (key) => cache.delete(key),
    hostAcquire: (key, limits, options) => gate.acquire(key, gentler(key, limits, brands), options),
    hostRelease: (ticket, feedback) => {
      gate.release(ticket, feedback);
      return Promise.resolve();
    },
    brandScrape: (brand, url) => {
      const profile = brands?.profile(brand);
      return Promise.resolve(profile && scrapeOptionsOf(profile, url));
    },
    render,
    async startCrawl(crawlId, input) {
      try {
        await startCrawl(crawlId, input);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        if (error.code === "conflict") return; // an attempt before this one has started it
        throw new TaskError("invalid_input", error.message, { retryable: error.code !== "invalid_request" });
      }
    },
    indexScrape: (taskId) => searchWork().indexScrape(taskId),
    takeUpload: (uploadId) => searchWork().takeUpload(uploadId),
    indexUpload: (uploadId, document) => searchWork().indexUpload(uploadId, document),
    rebuildIndex: (step) => searchWork().rebuildIndex(step),
    log,
  };
}

/** A profile's politeness wins over the settings for its hosts, for every scrape of them, whoever asked for it. */
function gentler(key: string, limits: GateLimits, brands: Brands | undefined): GateLimits {
  if (brands === undefined || !key.startsWith("host:")) return limits;
  const asked = brands.politenessOf(key.slice("host:".length).replace(/:\d+$/, ""));
  if (asked === undefined) return limits;
  // A site's own Crawl-delay stays in the limits: the gate never undercuts it.
  return {
    ...limits,
    concurrency: asked.concurrency ?? limits.concurrency,
    delayMs: asked.delayMs ?? limits.delayMs,
  };
}

function noBrowser(): Promise<never> {
  return Promise.reject(
    new TaskError("browser_unavailable", "Cannot render this page as no browser is set: set CHROMIUM_PATH", {
      retryable: false,
    }),
  );
}
