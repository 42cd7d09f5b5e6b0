/**
 * Whether a request comes from a page of this very service. The browser says so (`Sec-Fetch-Site`), also where a proxy
 * has changed the name; for one that does not, the origin is compared with the name that was asked for.
 */
export function isOwnOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  if (origin === null) return false;
  const { host } = new URL(request.url);
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Whether a request says of itself that another origin's page made it; a program says nothing. */
export function isForeign(request: Request): boolean {
  const { headers } = request;
  const says = headers.has("sec-fetch-site") || headers.has("origin");
  return says && headers.get("sec-fetch-site") !== "none" && !isOwnOrigin(request);
}
