const NAME = "tutti_session";

/** The session's id that a request brings; undefined for none. */
export function sessionIdOf(headers: Headers): string | undefined {
  const cookies = headers.get("cookie");
  if (cookies === null) return undefined;
  for (const pair of cookies.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === NAME) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** `Set-Cookie` of a session; with no id, the one that takes it away. */
export function sessionCookie(id: string | undefined, request: Request): string {
  const parts = [`${NAME}=${id ?? ""}`, "Path=/", "HttpOnly", "SameSite=Strict"];
  if (cameByHttps(request)) parts.push("Secure");
  if (id === undefined) parts.push("Max-Age=0");
  return parts.join("; ");
}

/** By the proxy's word where there is one: all it could falsely bring about is a cookie that is sent more seldom. */
function cameByHttps(request: Request): boolean {
  return request.url.startsWith("https:") ||
    request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}
