import type { z } from "zod";
import type { Brands } from "../brands/mod.ts";
import type { Config } from "../config/mod.ts";
import type { CrawlRequest } from "../crawl/mod.ts";

/** How a task says what to crawl. The words are those of `POST /api/crawl`, which a program without HTTP does not have. */
export interface CrawlTaskInput {
  input: z.ZodType;
  /** @throws {ServiceError} invalid_request */
  requestOf(input: unknown): CrawlRequest;
}

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
