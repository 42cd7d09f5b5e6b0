import type { HttpContext } from "./context.ts";

const encoder = new TextEncoder();

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

/** Bytes of `text` in UTF-8. */
function byteLength(text: string): number {
  let bytes = text.length;
  // Short answers are counted in place: cheaper than crossing into the runtime.
  if (text.length < 512) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
    }
    return bytes;
  }
  return encoder.encode(text).length;
}
