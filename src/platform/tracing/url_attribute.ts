const MAX_URL_CHARS = 2048;

/**
 * A URL as a span may have it: without user name, password and fragment, the values of its query replaced (a key, a
 * session, somebody's search), their names kept.
 */
export function urlAttribute(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "[no URL]";
  }
  const names = url.search === "" ? [] : url.search.slice(1).split("&").map((pair) => pair.split("=", 1)[0]!);
  const query = names.length === 0 ? "" : `?${names.map((name) => `${name}=REDACTED`).join("&")}`;
  return `${url.protocol}//${url.host}${url.pathname}${query}`.slice(0, MAX_URL_CHARS);
}
