import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";

/** What is known of one request beside the request itself; Hono hands it on as `c.env`. */
export interface RequestScope {
  readonly requestId: string;
  /** Path of the URL, as sent (not decoded). */
  readonly path: string;
  /** Pattern of the route that took the request; undefined until one has. */
  route?: string;
  /** Text of the body, once `jsonBody` has read it: what an idempotency fingerprint is made of. */
  bodyText?: string;
  /** Who asks. Looked at only where it matters: the address is made when it is read. */
  connection?: ConnectionInfo;
  /** Bytes of the answer's body where the route knows them. */
  answerBytes: number;
}

export type HttpEnv = { Bindings: RequestScope };
export type HttpContext = Context<HttpEnv>;
export type HttpApp = OpenAPIHono<HttpEnv>;

/** What the server knows of a request's connection. */
export interface ConnectionInfo {
  remoteAddr?: Deno.Addr;
  /** The listener is closing: whatever is asked is answered with 503. */
  draining?: boolean;
}
