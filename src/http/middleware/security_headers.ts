/**
 * Sets the headers every answer carries; a page or an asset sets caching and policies of its own.
 *
 * They are few on purpose: each costs `Deno.serve` about a microsecond, of the seven to nine that a bare answer takes
 * (giving them to `new Response` instead costs the same). An answer of the API is JSON or plain text and is sent with
 * nosniff: a browser never runs, frames usefully or renders it, so a content policy on it would guard nothing.
 */
export function setSecurityHeaders(headers: Headers, requestId: string): void {
  headers.set("x-request-id", requestId);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
