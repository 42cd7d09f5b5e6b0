import { createRoute, z } from "@hono/zod-openapi";
import { sleep } from "../../platform/deadline.ts";
import { ServiceError } from "../../platform/errors.ts";
import type { HttpApp, HttpContext } from "../context.ts";
import type { Access } from "../middleware/access.ts";
import { replyJson } from "../reply.ts";
import { problems } from "../schemas/problem.ts";
import { sessionCookie, sessionIdOf } from "../session/cookie.ts";
import { isForeign } from "../session/own_origin.ts";
import { SignInLimit, type SignInLimitOptions } from "../session/sign_in_limit.ts";
import { addRoute, jsonAnswer, jsonRequest, type ReadJson } from "./route.ts";

const tags = ["session"];
const security: [] = [];
const SETS_COOKIE = { "Set-Cookie": { $ref: "#/components/headers/Set-Cookie" } };

export interface SessionRoutesOptions extends SignInLimitOptions {
  /** How long the answer to a wrong key takes. @default 300 */
  refusalMs?: number;
}

const signIn = z.strictObject({ key: z.string().min(1).max(1024) })
  .openapi("SignIn", {
    description: "The secret of one of API_KEYS",
    example: { key: "4b1f0c2e9d8a7765" },
  });

const sessionState = z.object({
  authenticated: z.boolean().openapi({ description: "This caller may use the API" }),
  needs_key: z.boolean().openapi({ description: "API_KEYS are set" }),
}).openapi("Session");

/** Signing in on the dashboard: a key for a cookie. Without API keys there is nothing to sign in for. */
export function sessionRoutes(
  app: HttpApp,
  access: Access | undefined,
  readJson: ReadJson,
  options: SessionRoutesOptions = {},
): void {
  const { refusalMs = 300 } = options;
  const limit = new SignInLimit(options);
  const refuseForeign = (c: HttpContext) => {
    if (isForeign(c.req.raw)) {
      throw new ServiceError("forbidden", "Only this service's own page signs in here");
    }
  };

  addRoute(
    app,
    createRoute({
      method: "post",
      path: "/api/session",
      tags,
      security,
      summary: "Sign in with a key, for a browser",
      description:
        "Sets a cookie (HttpOnly, SameSite=Strict) that stands for the key: for GET anywhere, for what changes " +
        "something only from this service's own pages. A wrong key is answered late, and after ten a minute not at all.",
      request: { body: jsonRequest(signIn) },
      responses: {
        204: {
          description: "Signed in; without API_KEYS there is nothing to sign in for",
          headers: SETS_COOKIE,
        },
        ...problems(["unauthorized", "rate_limited"]),
      },
    }),
    async (c) => {
      refuseForeign(c);
      if (access === undefined) return new Response(null, { status: 204 });
      const peer = peerOf(c);
      const waitMs = limit.waitMs(peer);
      if (waitMs > 0) {
        throw new ServiceError("rate_limited", "Too many wrong keys were tried; wait a while", {
          retryAfterS: waitMs / 1000,
        });
      }
      if (!access.keys.isKnown(c.req.valid("json").key)) {
        limit.failed(peer);
        await sleep(refusalMs);
        throw new ServiceError("unauthorized", "The API key is not one of this service's keys");
      }
      limit.succeeded(peer);
      return withCookie(c, access.sessions.open());
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/session",
      tags,
      security,
      summary: "Whether this caller is signed in",
      description: "Answered to anybody: the sign-in page asks it before there is a key.",
      responses: { 200: jsonAnswer("How it is", sessionState) },
    }),
    (c) => {
      const id = sessionIdOf(c.req.raw.headers);
      const authenticated = access === undefined || access.keys.admits(c.req.raw.headers) ||
        (id !== undefined && access.sessions.use(id));
      return replyJson(c, { authenticated, needs_key: access !== undefined });
    },
  );

  addRoute(
    app,
    createRoute({
      method: "delete",
      path: "/api/session",
      tags,
      security,
      summary: "Sign out",
      description: "Ends the session and takes its cookie away; from the service's own pages only.",
      responses: { 204: { description: "Signed out", headers: SETS_COOKIE } },
    }),
    (c) => {
      refuseForeign(c);
      const id = sessionIdOf(c.req.raw.headers);
      if (id !== undefined) access?.sessions.close(id);
      return withCookie(c, undefined);
    },
  );
}

function withCookie(c: HttpContext, id: string | undefined): Response {
  return new Response(null, { status: 204, headers: { "set-cookie": sessionCookie(id, c.req.raw) } });
}

function peerOf(c: HttpContext): string {
  const address = c.env.connection?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : "unknown";
}
