import { PAGE_PATHS } from "../../src/dashboard/mod.ts";

/** Routes that `queue_routes_test.ts` walks; `routes_test.ts`, which asks for every other one, leaves these to it. */
export const QUEUE_ROUTES: readonly string[] = [
  "PATCH /api/tasks/{task_id}",
  "POST /api/tasks/retry",
  "POST /api/tasks/bulk",
  "POST /api/batches",
  "GET /api/limits",
  "GET /api/limits/{key}",
  "PUT /api/limits/{key}",
  "DELETE /api/limits/{key}",
  "GET /api/tasks/{task_id}/webhooks",
];

/** Those of `schedule_routes_test.ts`. */
export const SCHEDULE_ROUTES: readonly string[] = [
  "GET /api/schedules",
  "POST /api/schedules/preview",
  "GET /api/schedules/{schedule_id}",
  "PUT /api/schedules/{schedule_id}",
  "DELETE /api/schedules/{schedule_id}",
  "POST /api/schedules/{schedule_id}/pause",
  "POST /api/schedules/{schedule_id}/resume",
  "POST /api/schedules/{schedule_id}/trigger",
];

/** Those of `crawl_routes_test.ts`. */
export const CRAWL_ROUTES: readonly string[] = [
  "POST /api/scrape",
  "POST /api/map",
  "POST /api/crawl",
  "GET /api/crawl",
  "GET /api/crawl/{crawl_id}",
  "DELETE /api/crawl/{crawl_id}",
  "GET /api/crawl/{crawl_id}/pages",
  "GET /api/crawl/{crawl_id}/results",
  "GET /api/crawl/{crawl_id}/results.ndjson",
  "GET /api/brands",
  "GET /api/brands/{brand}",
  "POST /api/brands/{brand}/preview",
  "POST /api/brands/{brand}/crawl",
];

/** Those of `search_routes_test.ts`; `POST /api/ask` needs a language model, and is judged where there is one. */
export const SEARCH_ROUTES: readonly string[] = [
  "POST /api/search",
  "GET /api/search",
  "POST /api/documents",
  "GET /api/documents",
  "DELETE /api/documents",
  "GET /api/documents/{document_id}",
  "DELETE /api/documents/{document_id}",
  "GET /api/index",
  "GET /api/index/books",
  "POST /api/index/rebuild",
];

/** Routes whose answer is a stream: a judge that reads answers to their end would wait for ever. */
export const STREAMS: readonly string[] = [
  "GET /api/events",
  "GET /api/tasks/{task_id}/events",
  "GET /api/batches/{batch_id}/events",
  "POST /api/ask",
  "GET /api/logs/stream",
];

/** Those of `dashboard_routes_test.ts`. */
export const DASHBOARD_ROUTES: readonly string[] = [
  "GET /api/session",
  "POST /api/session",
  "DELETE /api/session",
  "GET /api/tasks/{task_id}/timeline",
  "GET /assets/{file}",
  ...PAGE_PATHS.map((path) => `GET ${path.replace(":id", "{id}")}`),
];
