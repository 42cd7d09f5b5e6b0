/** The service as it is started by a user, asked over HTTP. */
import { type ServiceProcess, startService } from "../../tests/e2e/service_process.ts";

export type Formats = readonly string[];

export interface CrawlTime {
  pages: number;
  seconds: number;
}

/** A service that may reach the site, with as many requests at once as the others have. */
export async function startOurs(origin: string, concurrency: number): Promise<ServiceProcess> {
  return await startService({
    env: {
      ALLOW_PRIVATE_HOSTS: new URL(origin).host,
      HOST_CONCURRENCY: String(concurrency),
      // A worker a core, as docs/operations.md advises for a machine that does little else.
      WORKERS: String(navigator.hardwareConcurrency),
      WORKER_CONCURRENCY: "32",
    },
  });
}

/**
 * Seconds from the request to the last page's result on disk.
 *
 * @param options.site Under which name the crawls of this site are compared: the second one asks with what it knows.
 * @throws {Error} a page failed
 */
export async function crawl(
  service: ServiceProcess,
  start: string,
  options: { concurrency: number; formats: Formats; site?: string },
): Promise<CrawlTime> {
  const begun = performance.now();
  const { status, body } = await service.json<{ crawl_id: string }>("/api/crawl", {
    method: "POST",
    body: JSON.stringify({
      start_urls: [start],
      max_depth: 100,
      max_concurrent: options.concurrency,
      formats: options.formats,
      site: options.site,
    }),
  });
  if (status !== 202) throw new Error(`POST /api/crawl answered ${status}: ${JSON.stringify(body)}`);
  while (true) {
    const state = (await service.json<{ status: string; counts: Record<string, number> }>(
      `/api/crawl/${body.crawl_id}`,
    )).body;
    if (state.status !== "running") {
      const seconds = (performance.now() - begun) / 1000;
      const { completed = 0, failed = 0, cancelled = 0, duplicate = 0 } = state.counts;
      if (failed + cancelled > 0) throw new Error(`pages of the crawl failed: ${JSON.stringify(state)}`);
      return { pages: completed + duplicate, seconds };
    }
    await pause(50);
  }
}

/** Seconds of a batch, from the request to its last end. @throws {Error} a page failed that should not */
export async function batch(
  service: ServiceProcess,
  urls: readonly string[],
  options: { concurrency: number; formats: Formats; mayFail?: boolean },
): Promise<CrawlTime> {
  const begun = performance.now();
  const { status, body } = await service.json<{ batch_id: string }>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({ urls, max_concurrent: options.concurrency, formats: options.formats }),
  });
  if (status !== 202) throw new Error(`POST /api/scrape/batch answered ${status}: ${JSON.stringify(body)}`);
  while (true) {
    const { counts } = (await service.json<{ counts: Record<string, number> }>(
      `/api/batches/${body.batch_id}`,
    )).body;
    const { completed = 0, failed = 0, cancelled = 0 } = counts;
    if (completed + failed + cancelled === urls.length) {
      const seconds = (performance.now() - begun) / 1000;
      if (failed + cancelled > 0 && !options.mayFail) {
        throw new Error(`pages of the batch failed: ${JSON.stringify(counts)}`);
      }
      return { pages: completed, seconds };
    }
    await pause(50);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
