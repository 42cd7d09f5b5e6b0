import { getPath } from "hono/utils/url";
import { ServiceError } from "../platform/errors.ts";
import { tracer } from "../platform/tracing/mod.ts";
import type { ConnectionInfo, HttpApp, RequestScope } from "./context.ts";
import type { HttpDeps } from "./deps.ts";
import type { HealthReport } from "./health_report.ts";
import type { Access } from "./middleware/access.ts";
import { protectedMode } from "./middleware/protected_mode.ts";
import { requestIdOf } from "./middleware/request_id.ts";
import { setSecurityHeaders } from "./middleware/security_headers.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { jsonHeaders } from "./reply.ts";

export type FetchHandler = (request: Request, info?: ConnectionInfo) => Response | Promise<Response>;

/** Methods that are a metrics label of their own: labels come from a closed set. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Statuses that are worth a line of the log by themselves: the service failed. A 503 is it saying no on purpose (full,
 * stopping), and a line for each would slow down a service that has too much to do already. 502 and 504 tell of a site
 * that was asked for.
 */
function isFailure(status: number): boolean {
  return status >= 500 && (status < 502 || status > 504);
}

/**
 * What stands round every route: request id, access, metrics, headers. One function and not a chain of middleware,
 * because each async layer costs a promise and a route that answers at once then needs none. `/health`, which is asked
 * most, is answered from the report's kept text without going through the routes at all.
 */
export function createEdge(
  app: HttpApp,
  deps: HttpDeps,
  report: HealthReport,
  access: Access | undefined,
): FetchHandler {
  const { config, metrics: { recorder }, health, log, logs } = deps;
  const routes = app.fetch;
  const isProtected = access === undefined && config.PROTECTED_MODE;

  const refusal = (request: Request, path: string, info?: ConnectionInfo): ServiceError | undefined => {
    if (info?.draining) return new ServiceError("unavailable", "The service is stopping", { retryAfterS: 5 });
    if (access !== undefined) return access.check(request, path);
    return isProtected ? protectedMode(request, info?.remoteAddr) : undefined;
  };

  /** The pattern of the route that would have matched: never the path, which a caller makes up. */
  const routeOf = (method: string, path: string): string => {
    const [handlers] = app.router.match(method === "HEAD" ? "GET" : method, path);
    return handlers.at(-1)?.[0][1].path ?? "unmatched";
  };

  const finish = (response: Response, request: Request, scope: RequestScope, startedMs: number): Response => {
    const { method } = request;
    setSecurityHeaders(response.headers, scope.requestId);
    const endedMs = performance.now();
    const route = scope.route ?? routeOf(method, scope.path);
    if (isFailure(response.status) || logs.level() === "debug") {
      log[isFailure(response.status) ? "warn" : "debug"]("request", {
        request_id: scope.requestId,
        method,
        route,
        status: response.status,
        duration_ms: Math.round((endedMs - startedMs) * 100) / 100,
      });
    }
    if (tracer() !== undefined) nameSpan(METHODS.has(method) ? method : "OTHER", route, scope.requestId);
    recorder.request({
      requestId: scope.requestId,
      method: METHODS.has(method) ? method : "OTHER",
      route,
      status: response.status,
      durationMs: endedMs - startedMs,
      bytes: method === "HEAD" ? 0 : scope.answerBytes,
      endedMs,
    });
    return response;
  };

  const fail = (thrown: unknown, request: Request, scope: RequestScope, startedMs: number): Response =>
    finish(problemOf(thrown, { scope, log, signal: request.signal }), request, scope, startedMs);

  return (request, info) => {
    const startedMs = performance.now();
    const scope: RequestScope = {
      requestId: requestIdOf(request.headers),
      path: getPath(request),
      route: undefined,
      bodyText: undefined,
      connection: info,
      answerBytes: 0,
    };
    try {
      const refused = refusal(request, scope.path, info);
      if (refused !== undefined) {
        return finish(problemResponse(refused, scope), request, scope, startedMs);
      }
      if (scope.path === "/health" && request.method === "GET" && !health.stopping()) {
        const kept = report.kept(startedMs);
        if (kept !== undefined) {
          scope.route = "/health";
          scope.answerBytes = kept.bytes;
          return finish(new Response(kept.text, jsonHeaders), request, scope, startedMs);
        }
      }
      const answer = routes(request, scope);
      if (!(answer instanceof Promise)) return finish(answer, request, scope, startedMs);
      return answer.then(
        (response) => finish(response, request, scope, startedMs),
        (thrown) => fail(thrown, request, scope, startedMs),
      );
    } catch (thrown) {
      return fail(thrown, request, scope, startedMs);
    }
  };
}

/** Deno makes the span of a request and knows its path alone. */
function nameSpan(method: string, route: string, requestId: string): void {
  const span = tracer()?.active();
  if (span === undefined || !span.recording) return;
  span.rename(`${method} ${route}`);
  span.set({ "http.route": route, "request.id": requestId });
}
