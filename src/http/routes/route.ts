import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { ValidationTargets } from "hono";
import type { z } from "zod";
import type { HttpApp, HttpContext, HttpEnv } from "../context.ts";
import { operationId } from "../operation_ids.ts";
import { invalid } from "../problem.ts";
import { problems } from "../schemas/problem.ts";

/** The context of a route's handler: `c.req.valid(...)` gives what the route's schemas let through. */
export type RouteContext<R extends RouteConfig> = Parameters<RouteHandler<R, HttpEnv>>[0];

/** Reads the JSON body of a request within its limits; undefined for one that is `optional` and empty. */
export type ReadJson = (c: HttpContext, options?: { optional?: boolean }) => Promise<unknown>;

/** In the place of `ReadJson`: the handler reads the body itself, as it may be of several types. */
export const OWN_BODY = "own body";

type Handler = (c: HttpContext) => Response | Promise<Response>;

/**
 * Adds a route and its documentation, and checks each request against the route's schemas before the handler sees it.
 *
 * The checks are one function and not the chain of middleware that `app.openapi` makes, each link of which is a promise
 * more for every request. Handlers answer with a plain `Response`, so that a stored result can be sent as the text it is.
 */
export function addRoute<const R extends RouteConfig>(
  app: HttpApp,
  route: R,
  handler: (c: RouteContext<R>) => Response | Promise<Response>,
  readJson?: ReadJson | typeof OWN_BODY,
): void {
  document(app, route);
  const { params, query, body } = route.request ?? {};
  const run = handler as unknown as Handler;
  const path = route.path.replaceAll(/\/{(.+?)}/g, "/:$1");
  const checkPath: Handler = (c) => {
    c.env.route = path;
    if (params !== undefined) check(c, "param", params as z.ZodType, c.req.param());
    if (query !== undefined) check(c, "query", query as z.ZodType, queryOf(c));
    return run(c);
  };
  const json = readJson === OWN_BODY
    ? undefined
    : (body?.content["application/json"] as { schema: z.ZodType } | undefined)?.schema;
  if (json !== undefined && readJson === undefined) {
    throw new TypeError(`Cannot add ${route.method} ${route.path} as it takes a body: pass readJson`);
  }
  const optional = body?.required === false;
  app.on(
    [route.method.toUpperCase()],
    [path],
    json === undefined ? checkPath : async (c) => {
      c.env.route = path;
      check(c, "json", json, await (readJson as ReadJson)(c, { optional }));
      return checkPath(c);
    },
  );
}

function check(c: HttpContext, target: keyof ValidationTargets, schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error);
  c.req.addValidatedData(target, parsed.data as object);
}

/** The query string; a name given twice is an array, which no schema of ours takes. */
function queryOf(c: HttpContext): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    Object.defineProperty(out, name, {
      value: values.length === 1 ? values[0]! : values,
      enumerable: true,
    });
  }
  return out;
}

/** The route in `/openapi.json`, with the errors any route of its kind may answer. */
function document(app: HttpApp, route: RouteConfig): void {
  const open = route.security?.length === 0;
  const replays = route.parameters?.some((each) => "name" in each && each.name === "Idempotency-Key") ??
    false;
  const responses: RouteConfig["responses"] = {
    ...problems([
      ...(open ? [] : ["unauthorized", "unavailable"] as const),
      "forbidden",
      "internal",
      ...(route.request?.body === undefined
        ? []
        : ["not_json", "request_timeout", "body_too_large", "unsupported_media_type"] as const),
      ...(route.request === undefined ? [] : ["invalid_request"] as const),
    ]),
    ...route.responses,
  };
  app.openAPIRegistry.registerPath({
    operationId: operationId(route.method, route.path),
    ...route,
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => {
        const content = "content" in response ? response.content : undefined;
        const isProblem = content !== undefined && "application/problem+json" in content;
        return [status, {
          ...response,
          headers: {
            ...("headers" in response ? response.headers : {}),
            ...answerHeaders(status, { isProblem, replays }),
          },
        }];
      }),
    ) as RouteConfig["responses"],
  });
}

const MAY_RETRY: ReadonlySet<string> = new Set(["429", "503", "507"]);

/** The headers of an answer, as references to the document's own list. */
function answerHeaders(status: string, { isProblem, replays }: { isProblem: boolean; replays: boolean }) {
  const names = ["X-Request-Id"];
  if (status === "202") names.push("Location");
  if (status === "202" && replays) names.push("Idempotency-Replayed");
  if (status === "401") names.push("WWW-Authenticate");
  if (isProblem && MAY_RETRY.has(status)) names.push("Retry-After");
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A JSON body that must be there. */
export function jsonRequest<S>(schema: S) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** A JSON body that may be left out. */
export function optionalJsonRequest<S extends z.ZodType>(schema: S) {
  return { required: false as const, content: { "application/json": { schema: schema.optional() } } };
}

export function jsonAnswer<S>(description: string, schema: S) {
  return { description, content: { "application/json": { schema } } };
}
