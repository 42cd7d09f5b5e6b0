import { getPath } from "hono/utils/url";
import type { ServiceError } from "../platform/errors.ts";
import type { ConnectionInfo, HttpApp, RequestScope } from "./context.ts";
import type { HttpDeps } from "./deps.ts";
import { ApiKeys } from "./middleware/api_keys.ts";
import { protectedMode } from "./middleware/protected_mode.ts";
import { requestIdOf } from "./middleware/request_id.ts";
import { setSecurityHeaders } from "./middleware/security_headers.ts";
import { problemOf, problemResponse } from "./problem.ts";

export type FetchHandler = (request: Request, info?: ConnectionInfo) => Response | Promise<Response>;

/** Methods that are a metrics label of their own: labels come from a closed set. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * What stands round every route: request id, access, metrics, headers. One function and not a chain of middleware,
 * because each async layer costs a promise and a route that answers at once (`/health`) then needs none.
 */
export function createEdge(app: HttpApp, deps: HttpDeps): FetchHandler {
  const { config, metrics: { recorder }, log } = deps;
  const routes = app.fetch;
  const keys = config.API_KEYS.length > 0 ? new ApiKeys(config.API_KEYS) : undefined;
  const isProtected = keys === undefined && config.PROTECTED_MODE;

  const refusal = (request: Request, path: string, info?: ConnectionInfo): ServiceError | undefined => {
    if (keys !== undefined) return keys.check(request.headers, path);
    return isProtected ? protectedMode(request, info?.remoteAddr) : undefined;
  };

  /** The pattern of the route that matches: never the path, which a caller makes up. */
  const routeOf = (method: string, path: string): string => {
    const [handlers] = app.router.match(method === "HEAD" ? "GET" : method, path);
    return handlers.at(-1)?.[0][1].path ?? "unmatched";
  };

  return (request, info) => {
    const startedMs = performance.now();
    const { method } = request;
    const scope: RequestScope = {
      requestId: requestIdOf(request.headers),
      path: getPath(request),
      answerBytes: 0,
    };

    const finish = (response: Response): Response => {
      setSecurityHeaders(response.headers, scope.requestId);
      recorder.request({
        requestId: scope.requestId,
        method: METHODS.has(method) ? method : "OTHER",
        route: routeOf(method, scope.path),
        status: response.status,
        durationMs: performance.now() - startedMs,
        bytes: method === "HEAD" ? 0 : scope.answerBytes,
      });
      return response;
    };
    const fail = (thrown: unknown): Response =>
      finish(problemOf(thrown, { requestId: scope.requestId, log, signal: request.signal }));

    try {
      const refused = refusal(request, scope.path, info);
      if (refused !== undefined) return finish(problemResponse(refused, scope.requestId));
      const answer = routes(request, scope);
      return answer instanceof Promise ? answer.then(finish, fail) : finish(answer);
    } catch (thrown) {
      return fail(thrown);
    }
  };
}
