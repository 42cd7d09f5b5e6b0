import { messageOf, TaskError } from "../platform/errors.ts";
import { passesGlobs } from "../platform/url_glob.ts";
import { checkUrl } from "../platform/url_rules.ts";
import type { PageLink } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import { fetchHops } from "./hops.ts";
import { LinkBook } from "./link_book.ts";
import type { MapRequest, MapResult } from "./port.ts";
import type { GuardDeps } from "./guard_deps.ts";
import type { RobotsGuard } from "./robots_guard.ts";
import { readSitemaps } from "./sitemaps.ts";
import { urlRulesOf } from "./settings.ts";

export type MapDeps = GuardDeps & { robots: RobotsGuard };

const DEFAULT_LIMIT = 1000;
const MAX_URL_CHARS = 2048;
/** Links that are put in order by `search`; the best of them are answered. */
const MAX_SEARCHED = 50_000;

interface StartPage {
  url: URL;
  title?: string;
  links: PageLink[];
}

/**
 * The addresses of a site's pages, without their content: what its sitemaps name and what its start page links to.
 *
 * @throws {TaskError} of the start page, where the sitemaps give nothing either; blocked_address
 * @throws {DeferredError} when the host has no turn to give soon
 */
export async function mapSite(
  request: MapRequest,
  deps: MapDeps,
  options: { signal?: AbortSignal } = {},
): Promise<MapResult> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { settings } = deps;
  const start = checkUrl(request.url, urlRulesOf(settings));
  const { limit = DEFAULT_LIMIT, sitemap = "include", search, respectRobots } = request;
  const budget: Budget = {
    deadlineMs: Date.now() + Math.min(request.timeoutMs ?? settings.timeoutMs, settings.timeoutMs),
    signal,
  };
  const warnings: string[] = [];
  let failure: TaskError | undefined;
  let page: StartPage | undefined;
  if (sitemap !== "only") {
    try {
      page = await startPage(start, respectRobots, deps, budget);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TaskError) || sitemap === "skip" || error.code === "blocked_address") {
        throw error;
      }
      failure = error;
    }
  }
  const accepts = filterOf(request, [start, page?.url ?? start]);
  const book = new LinkBook();
  if (page !== undefined && accepts(page.url)) book.add(page.url, { title: page.title, source: "page" });
  let truncated = false;
  if (sitemap !== "skip") {
    try {
      const found = await readSitemaps(page?.url.origin ?? start.origin, deps, {
        ...budget,
        mayDefer: page === undefined && failure === undefined,
      }, { maxEntries: search === undefined ? limit : MAX_SEARCHED, respectRobots, accepts });
      for (const { url, lastmod } of found.entries) book.add(new URL(url), { lastmod, source: "sitemap" });
      truncated = found.truncated;
      warnings.push(...found.warnings);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TaskError) || sitemap === "only") throw error;
      warnings.push(messageOf(error));
    }
  }
  if (failure !== undefined) {
    if (book.size === 0) throw failure;
    warnings.unshift(failure.message);
  }
  for (const { url, text } of page?.links ?? []) {
    if (!URL.canParse(url)) continue;
    const link = new URL(url);
    if (accepts(link)) book.add(link, { title: text, source: "page" });
  }
  return {
    url: request.url,
    links: book.links(limit, search),
    truncated: truncated || book.size > limit,
    warnings,
  };
}

/** The page a map starts from, with its links. */
async function startPage(
  start: URL,
  respectRobots: boolean | undefined,
  deps: MapDeps,
  budget: Budget,
): Promise<StartPage> {
  const { response, url } = await fetchHops(
    {
      url: start.href,
      headers: { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5" },
      maxBytes: deps.settings.maxBytes,
      respectRobots: respectRobots ?? true,
      extract: { formats: ["links"] },
    },
    deps,
    budget,
  );
  const { status, body, page } = response;
  if (body) deps.sandbox.drop(body);
  if (page === undefined) {
    const code = status >= 500 ? "http_5xx" : status >= 400 ? "http_4xx" : "unsupported_content";
    throw new TaskError(code, `${url} answered ${status}`);
  }
  return { url: new URL(url), title: page.title, links: page.links ?? [] };
}

/** Whether a link is one of those that were asked for. */
function filterOf(request: MapRequest, starts: URL[]): (url: URL) => boolean {
  const { scope = "host", include = [], exclude = [] } = request;
  const sites = starts.map(siteOf);
  return (url) => {
    if (url.protocol !== "http:" && url.protocol !== "https:") return false;
    if (url.username !== "" || url.password !== "" || url.href.length > MAX_URL_CHARS) return false;
    const site = siteOf(url);
    const isOfSite = scope === "any" ||
      sites.some((each) => site === each || (scope === "domain" && site.endsWith(`.${each}`)));
    return isOfSite && passesGlobs(url, { include, exclude });
  };
}

/** `www.` names the same site to everybody but a resolver. */
function siteOf(url: URL): string {
  return url.host.replace(/^www\./, "");
}
