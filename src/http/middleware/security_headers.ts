/**
 * Sets the headers every answer carries; a page or an asset sets caching and policies of its own.
 *
 * They are few on purpose: each costs a probe of `/health` over a microsecond, more than all other checks together
 * (five headers take `Deno.serve` from 9 to 16 us a request). An answer of the API is JSON or plain text and is sent
 * with nosniff: a browser never runs, frames usefully or renders it, so a content policy on it would guard nothing.
 */
export function setSecurityHeaders(headers: Headers, requestId: string): void {
  headers.set("x-request-id", requestId);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
