/** Query parameters that say where a visitor came from or who it is, never what the page is. */
const TRACKING =
  /^(utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|mkt_tok|srsltid|phpsessid|jsessionid|sessionid|session_id|sid)$/i;
const SESSION_IN_PATH = /;jsessionid=[^/?#]*/i;

/** The address of a page as a crawl asks for it: without fragment, tracking and session parameters. */
export function cleanUrl(url: URL): URL {
  const clean = new URL(url);
  clean.hash = "";
  if (SESSION_IN_PATH.test(clean.pathname)) clean.pathname = clean.pathname.replace(SESSION_IN_PATH, "");
  // Parts of the text are cut out rather than the parameters written anew: that would change how others are escaped.
  if (clean.search !== "") {
    const kept = clean.search.slice(1).split("&").filter((part) =>
      part !== "" && !TRACKING.test(nameOf(part))
    );
    clean.search = kept.length > 0 ? `?${kept.join("&")}` : "";
  }
  return clean;
}

/**
 * What two addresses of one page share (RFC 3986, section 6): the clean address with its parameters in order, escapes in
 * upper case and those of unreserved characters undone.
 */
export function urlKey(url: URL): string {
  const clean = cleanUrl(url);
  const query = clean.search === "" ? "" : `?${clean.search.slice(1).split("&").sort().join("&")}`;
  return `${clean.protocol}//${clean.host}${normalEscapes(clean.pathname + query)}`;
}

function nameOf(part: string): string {
  const equals = part.indexOf("=");
  return equals < 0 ? part : part.slice(0, equals);
}

function normalEscapes(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const char = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : escape.toUpperCase();
  });
}
