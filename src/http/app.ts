import { OpenAPIHono } from "@hono/zod-openapi";
import { ServiceError } from "../platform/errors.ts";
import type { HttpApp, HttpContext, HttpEnv } from "./context.ts";
import type { HttpDeps } from "./deps.ts";
import { createEdge } from "./edge.ts";
import { HealthReport, type HealthReportOptions } from "./health_report.ts";
import { Access } from "./middleware/access.ts";
import { ApiKeys } from "./middleware/api_keys.ts";
import { jsonBody } from "./middleware/body_limits.ts";
import { MethodNotAllowed, problemOf } from "./problem.ts";
import { type AskOptions, askRoutes } from "./routes/ask.ts";
import { brandRoutes } from "./routes/brands.ts";
import { bulkRoutes } from "./routes/bulk.ts";
import { batchRoutes } from "./routes/batches.ts";
import { cacheRoutes } from "./routes/cache.ts";
import { crawlResultRoutes, type CrawlResultsOptions } from "./routes/crawl_results.ts";
import { crawlRoutes } from "./routes/crawls.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { docsRoutes } from "./routes/docs.ts";
import { documentRoutes } from "./routes/documents.ts";
import { eventRoutes, type EventRoutesOptions } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { indexRoutes } from "./routes/index.ts";
import { limitRoutes } from "./routes/limits.ts";
import { logRoutes, type LogRoutesOptions } from "./routes/logs.ts";
import { mapRoutes } from "./routes/map.ts";
import { monitoringRoutes } from "./routes/monitoring.ts";
import { queueRoutes } from "./routes/queue.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { scrapeRoutes } from "./routes/scrape.ts";
import { searchRoutes } from "./routes/search.ts";
import { sessionRoutes, type SessionRoutesOptions } from "./routes/session.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { systemRoutes } from "./routes/system.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { testRoutes } from "./routes/test.ts";
import { waitedScrapeRoutes } from "./routes/waited_scrape.ts";
import { timelineRoutes } from "./routes/timeline.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { workerRoutes } from "./routes/workers.ts";
import { Sessions } from "./session/sessions.ts";
import { StaticFirstRouter } from "./static_first_router.ts";

export interface HttpAppOptions {
  health?: HealthReportOptions;
  events?: EventRoutesOptions;
  crawlResults?: CrawlResultsOptions;
  ask?: AskOptions;
  session?: SessionRoutesOptions;
  logs?: LogRoutesOptions;
}

/**
 * Every route of the service behind the edge. `app.fetch(request, info)` takes the connection's info (`Deno.serve`'s
 * own) in the place of Hono's env: `remoteAddr` is what protected mode looks at.
 */
export function createHttpApp(deps: HttpDeps, options: HttpAppOptions = {}): HttpApp {
  const { config, log } = deps;
  const app: HttpApp = new OpenAPIHono<HttpEnv>({ router: new StaticFirstRouter() });
  const readJson = jsonBody({
    maxBytes: config.BODY_MAX_BYTES,
    maxDepth: config.BODY_MAX_DEPTH,
    timeoutMs: config.BODY_TIMEOUT_MS,
  });
  const access = config.API_KEYS.length > 0
    ? new Access(new ApiKeys(config.API_KEYS), new Sessions())
    : undefined;
  const report = new HealthReport(deps, options.health);

  healthRoutes(app, deps, report);
  systemRoutes(app, deps, report);
  queueRoutes(app, deps, readJson);
  scrapeRoutes(app, deps, readJson);
  waitedScrapeRoutes(app, deps, readJson);
  mapRoutes(app, deps, readJson);
  crawlRoutes(app, deps, readJson);
  crawlResultRoutes(app, deps, options.crawlResults);
  brandRoutes(app, deps, readJson);
  searchRoutes(app, deps, readJson);
  askRoutes(app, deps, readJson, options.ask);
  documentRoutes(app, deps, readJson);
  indexRoutes(app, deps, readJson);
  taskRoutes(app, deps, readJson);
  timelineRoutes(app, deps);
  bulkRoutes(app, deps, readJson);
  webhookRoutes(app, deps);
  batchRoutes(app, deps, readJson);
  eventRoutes(app, deps, report, options.events);
  limitRoutes(app, deps, readJson);
  scheduleRoutes(app, deps, readJson);
  workerRoutes(app, deps, readJson);
  cacheRoutes(app, deps);
  logRoutes(app, deps, readJson, options.logs);
  monitoringRoutes(app, deps);
  settingsRoutes(app, deps);
  testRoutes(app, deps);
  sessionRoutes(app, access, readJson, options.session);
  dashboardRoutes(app, deps);
  docsRoutes(app, deps);

  app.onError((error, c) => problemOf(error, { scope: c.env, log, signal: c.req.raw.signal }));
  app.notFound((c) => {
    throw unmatched(app, c);
  });
  app.fetch = createEdge(app, deps, report, access) as typeof app.fetch;
  return app;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Hono answers 404 to a known path with the wrong method; a caller deserves to hear which methods there are. */
function unmatched(app: HttpApp, c: HttpContext): Error {
  const { path, method } = c.req;
  const allowed = METHODS.filter((each) => app.router.match(each, path)[0].length > 0);
  if (allowed.length === 0) return new ServiceError("not_found", "There is no such route; see /docs");
  if (allowed[0] === "GET") allowed.splice(1, 0, "HEAD");
  return new MethodNotAllowed(method, allowed);
}
