export { CrawlService, type CrawlServiceOptions } from "./service.ts";
export { ThreadedFrontier } from "./threaded_frontier.ts";
export { CRAWL_ID_PATTERN } from "./task_ids.ts";
export type * from "./port.ts";
