import { messageOf, type TaskFailure } from "../platform/errors.ts";
import { urlKey } from "../platform/url_key.ts";
import type { BookPage, CrawlBook, PageEnd } from "./book_port.ts";
import type { CrawlRun } from "./crawl_run.ts";
import type { FrontierEnd } from "./frontier_port.ts";
import { compare, rememberUnread } from "./known_site.ts";
import { fingerprintOf, linksOf, type PageResult, saysGone, type SitemapResult } from "./page_result.ts";
import { siteOf } from "./scope.ts";

const MAX_TITLE_CHARS = 300;
const MAX_WARNINGS = 20;

/** Writes down how a page's task ended and follows its links. A page that has ended, or is unknown, is left as it is. */
export function settlePage(run: CrawlRun, book: CrawlBook, end: FrontierEnd): void {
  const { crawl } = run;
  const page = book.page(crawl.no, end.number);
  // `waiting`: a power cut took the line that said it was asked for.
  if (page === undefined || (page.state !== "active" && page.state !== "waiting")) return;
  const outcome = end.status === "completed"
    ? read(run, book, page, end)
    : end.status === "failed"
    ? failed(run, book, page, end.error, end.atMs)
    : { state: "cancelled" as const, error: end.error };
  book.endPage(crawl.no, page.number, { ...outcome, finishedMs: end.atMs, finishNo: ++crawl.finishNo });
  run.moved(page.state, outcome.state);
  if (outcome.change !== undefined) crawl.changes[outcome.change]++;
}

type Outcome = Omit<PageEnd, "finishedMs" | "finishNo">;

function failed(
  run: CrawlRun,
  book: CrawlBook,
  page: BookPage,
  error: TaskFailure | undefined,
  nowMs: number,
): Outcome {
  const { site } = run.crawl.request;
  if (site === undefined) return { state: "failed", error };
  if (error === undefined || !saysGone(error)) {
    rememberUnread(run, book, page, nowMs);
    return { state: "failed", error };
  }
  const wasKnown = book.known(site, page.key)?.contentHash !== undefined;
  book.removeKnown(site, page.key);
  return { state: "failed", error, change: wasKnown ? "gone" : undefined };
}

function read(
  run: CrawlRun,
  book: CrawlBook,
  page: BookPage,
  { resultJson = "{}", atMs }: FrontierEnd,
): Outcome {
  let result: PageResult;
  try {
    result = JSON.parse(resultJson) ?? {};
  } catch (error) {
    // Written by the queue and read back whole: only a damaged file comes here.
    const message = `Cannot read the result of ${page.url}: ${messageOf(error)}`;
    return { state: "failed", error: { code: "handler_error", message, retryable: false } };
  }
  const statusCode = result.status_code;
  const title = result.title?.slice(0, MAX_TITLE_CHARS);
  const fingerprint = fingerprintOf(result);
  const otherAddress = sameAddress(run, book, page, result);
  const duplicateOf = otherAddress ?? sameContent(run, book, page, fingerprint);
  if (duplicateOf !== undefined) {
    // It may come to say something of its own: the next crawl asks for it too, though no page it reads may lead there.
    if (otherAddress === undefined) compare(run, book, page, result, atMs);
    return { state: "duplicate", duplicateOf, statusCode, title };
  }
  const change = compare(run, book, page, result, atMs);
  if (run.crawl.request.sitemap !== "only") follow(run, page, result);
  return { state: "completed", statusCode, title, fingerprint, change };
}

/** The page that has this address already: by a redirect, or by what it calls itself. Its own ones become its aliases. */
function sameAddress(run: CrawlRun, book: CrawlBook, page: BookPage, result: PageResult): number | undefined {
  const { crawl } = run;
  const final = parsed(result.final_url);
  const finalKey = final && urlKey(final);
  if (final && finalKey !== undefined && finalKey !== page.key) {
    const other = book.numberOf(crawl.no, finalKey);
    if (other !== undefined && other !== page.number) return other;
    book.addAlias(crawl.no, finalKey, page.number);
    const site = siteOf(final);
    // A start page that leads elsewhere (to www., to another domain) takes the crawl there.
    if (page.depth === 0 && !crawl.sites.includes(site)) crawl.sites.push(site);
  }
  const canonical = parsed(result.canonical_url);
  if (!canonical || !run.isInScope(canonical.href)) return undefined;
  const key = urlKey(canonical);
  if (key === page.key || key === finalKey) return undefined;
  // Many a site calls its home page the canonical one of all: believed at once only where the path is the same.
  if (canonical.pathname !== (final ?? parsed(page.url))?.pathname) return undefined;
  const other = book.numberOf(crawl.no, key);
  if (other !== undefined && other !== page.number) return other;
  book.addAlias(crawl.no, key, page.number);
  return undefined;
}

function sameContent(
  run: CrawlRun,
  book: CrawlBook,
  page: BookPage,
  fingerprint: string | undefined,
): number | undefined {
  if (fingerprint === undefined) return undefined;
  const other = book.byFingerprint(run.crawl.no, fingerprint);
  return other === page.number ? undefined : other;
}

function follow(run: CrawlRun, page: BookPage, result: PageResult): void {
  // A page that leads off the site is read, as it was asked for; where it leads is not.
  if (!run.isInScope(result.final_url) && page.depth > 0) return;
  const obedient = run.crawl.request.scrape?.respectRobots ?? true;
  for (const { url, isNext } of linksOf(result, obedient)) {
    run.add(url, isNext ? page.depth : page.depth + 1, { foundOn: page.number });
  }
  if (result.canonical_url !== undefined) run.add(result.canonical_url, page.depth, { foundOn: page.number });
}

/** The entries of a site's sitemaps go into the frontier, as near to the start as start pages. */
export function settleSitemap(run: CrawlRun, end: FrontierEnd): void {
  const { crawl } = run;
  const sitemap = crawl.sitemaps[-end.number - 1];
  if (sitemap === undefined || sitemap.state === "done") return;
  sitemap.state = "done";
  const warn = (warning: string) => {
    if (crawl.warnings.length < MAX_WARNINGS) crawl.warnings.push(warning);
  };
  if (end.status !== "completed") {
    warn(`Cannot read the sitemaps of ${sitemap.url}: ${end.error?.message ?? end.status}`);
    return;
  }
  const { links, warnings = [] } = JSON.parse(end.resultJson ?? '{"links":[]}') as SitemapResult;
  for (const warning of warnings) warn(warning);
  for (const { url } of links) run.add(url, 0);
}

function parsed(href: string | undefined): URL | undefined {
  return href !== undefined && URL.canParse(href) ? new URL(href) : undefined;
}
