import { passesGlobs } from "../platform/url_glob.ts";
import type { ResolvedCrawl } from "./frontier_port.ts";

/** Files that are no page and no document; the rest of what is no text is refused once it is fetched. */
const NO_PAGE =
  /\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|mov|avi|mkv|webm|og[gv]|wav|flac|zip|gz|tgz|bz2|xz|7z|rar|exe|dmg|pkg|msi|iso|apk|deb|rpm|jar|woff2?|ttf|otf|eot|css|js|mjs)$/i;
const MAX_URL_CHARS = 2048;

/** `www.` names the same site to everybody but a resolver. */
export function siteOf(url: URL): string {
  return url.host.replace(/^www\./, "");
}

/** Whether a crawl may ask for a URL. `sites`: those of its start pages and of where these redirect to. */
export function inScope(url: URL, request: ResolvedCrawl, sites: readonly string[]): boolean {
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  if (url.username !== "" || url.password !== "" || url.href.length > MAX_URL_CHARS) return false;
  if (NO_PAGE.test(url.pathname)) return false;
  const isOurs = request.scope === "any" || isOfSite(siteOf(url), request.scope, sites) ||
    (request.hosts?.some((host) => isOfHost(url.hostname, host)) ?? false);
  if (!isOurs) return false;
  return passesGlobs(url, request);
}

function isOfSite(site: string, scope: "host" | "domain", sites: readonly string[]): boolean {
  return sites.some((each) => site === each || (scope === "domain" && site.endsWith(`.${each}`)));
}

function isOfHost(hostname: string, host: string): boolean {
  return host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host;
}
