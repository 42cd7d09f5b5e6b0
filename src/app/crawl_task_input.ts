import type { Brands } from "../brands/port.ts";
import type { Config } from "../config/mod.ts";
import type { CrawlTaskInput } from "./open_queue.ts";

/** The words of `POST /api/crawl`. Loads what serves HTTP. */
export async function crawlTaskInput(config: Config, brands: Brands): Promise<CrawlTaskInput> {
  const { newCrawl } = await import("../http/schemas/new_crawl.ts");
  const { crawlRequestOf } = await import("../http/crawl_request.ts");
  const maxPages = config.CRAWL_MAX_PAGES;
  const input = newCrawl(maxPages);
  return {
    input,
    requestOf(given) {
      const body = input.parse(given);
      const profile = body.brand === undefined ? undefined : brands.profile(body.brand);
      return crawlRequestOf(body, profile, maxPages);
    },
  };
}
