import { byteLength } from "./byte_length.ts";
import type { HttpContext } from "./context.ts";

/** Of a plain JSON answer; one object for all of them. */
export const jsonHeaders: ResponseInit = { headers: { "content-type": "application/json" } };

/** Answers with JSON text that is JSON already (a task's result is never parsed on its way out). */
export function replyText(
  c: HttpContext,
  text: string,
  options: { status?: number; contentType?: string } = {},
): Response {
  c.env.answerBytes = byteLength(text);
  return new Response(text, {
    status: options.status ?? 200,
    headers: { "content-type": options.contentType ?? "application/json" },
  });
}

export function replyJson(c: HttpContext, value: unknown, status = 200): Response {
  return replyText(c, JSON.stringify(value), { status });
}

/** 202 with the address of what was accepted. */
export function replyAccepted(
  c: HttpContext,
  value: unknown,
  options: { location: string; replayed: boolean },
): Response {
  const response = replyJson(c, value, 202);
  response.headers.set("location", options.location);
  if (options.replayed) response.headers.set("idempotency-replayed", "true");
  return response;
}
