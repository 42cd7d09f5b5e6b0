import type { CrawlBook, KnownSitePage } from "./book_port.ts";
import type { CrawlRun } from "./crawl_run.ts";
import type { FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import type { PageResult } from "./page_result.ts";
import type { PageChange } from "./port.ts";

/** What decides which pages a crawl finds. Where it has changed, links of unchanged pages must be looked at again. */
export function rulesOf(
  { startUrls, maxDepth, maxPages, include, exclude, scope, sitemap }: ResolvedCrawl,
): string {
  return JSON.stringify({ startUrls, maxDepth, maxPages, include, exclude, scope, sitemap });
}

/** Every page known of the site goes into the frontier: only by asking for it can a page be told to be gone. */
export function seedKnownPages(run: CrawlRun, book: CrawlBook, nowMs: number): void {
  const { site, dueOnly } = run.crawl.request;
  if (site === undefined) return;
  for (const { url, key, depth, checkedMs, intervalS, contentHash } of book.knownPages(site)) {
    if (!run.isInScope(url)) continue;
    const isDue = !dueOnly || contentHash === undefined || checkedMs + intervalS * 1000 <= nowMs;
    run.addPage({ url, key, depth }, isDue ? {} : { state: "skipped", change: "not_due" });
  }
}

/** What the page's task is told of it, so that an unchanged page costs no download and no reading. */
export function knownOf(run: CrawlRun, book: CrawlBook, key: string): FrontierTask["known"] {
  const { request, brief } = run.crawl;
  if (request.site === undefined || !brief) return undefined;
  const known = book.known(request.site, key);
  if (known?.finalUrl === undefined || known.contentHash === undefined) return undefined;
  return {
    final_url: known.finalUrl,
    etag: known.etag,
    last_modified: known.lastModified,
    body_sha256: known.bodySha256,
    content_hash: known.contentHash,
  };
}

/** Compares a page that was read with what was known of it, and remembers it for the next crawl. */
export function compare(
  run: CrawlRun,
  book: CrawlBook,
  page: { key: string; url: string; depth: number },
  result: PageResult,
  nowMs: number,
): PageChange | undefined {
  const { site, intervals: { minS, maxS } } = run.crawl.request;
  if (site === undefined) return undefined;
  const known = book.known(site, page.key);
  const contentHash = result.content_hash ?? known?.contentHash;
  const change: PageChange = known?.contentHash === undefined
    ? "new"
    : result.not_modified || contentHash === known.contentHash
    ? "unchanged"
    : "changed";
  const intervalS = change === "new" || known === undefined
    ? minS
    : change === "changed"
    ? Math.max(minS, Math.round(known.intervalS / 2))
    : Math.min(maxS, known.intervalS * 2);
  const { key, url, depth } = page;
  book.putKnown(site, {
    key,
    url,
    depth: Math.min(depth, known?.depth ?? depth),
    finalUrl: result.final_url,
    // A brief answer may leave out what has stayed the same.
    etag: result.etag ?? (result.not_modified ? known?.etag : undefined),
    lastModified: result.last_modified ?? (result.not_modified ? known?.lastModified : undefined),
    bodySha256: result.body_sha256 ?? (result.not_modified ? known?.bodySha256 : undefined),
    contentHash,
    checkedMs: nowMs,
    changedMs: change === "unchanged" ? known!.changedMs : nowMs,
    intervalS,
  });
  return change;
}

/** A page that could not be read: the next crawl asks for it again, as nothing else may lead there. */
export function rememberUnread(
  run: CrawlRun,
  book: CrawlBook,
  page: Pick<KnownSitePage, "key" | "url" | "depth">,
  nowMs: number,
): void {
  const { site, intervals } = run.crawl.request;
  if (site === undefined || book.known(site, page.key) !== undefined) return;
  const { key, url, depth } = page;
  book.putKnown(site, { key, url, depth, checkedMs: nowMs, changedMs: nowMs, intervalS: intervals.minS });
}
