import { TaskError } from "../platform/errors.ts";
import { fetchHops, type HopsResult } from "./hops.ts";
import { refuseBadStatus } from "./page_status.ts";
import { withoutHash } from "./page_store.ts";
import type { KnownPage, ScrapeResult } from "./port.ts";
import type { ScrapeDeps, ScrapeJob } from "./scrape_job.ts";

export interface PageAnswer extends HopsResult {
  /** When the site was asked (unix ms), and how long it and the extraction took. */
  askedMs: number;
  fetchMs: number;
  extractMs: number;
}

export const ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5";

/** Asks the site, with the validators of what is known, and has the page extracted where it is another one. */
export async function fetchPage(job: ScrapeJob, deps: ScrapeDeps, known?: KnownPage): Promise<PageAnswer> {
  const { request, extract, budget } = job;
  const askedMs = Date.now();
  const knownUrl = known && withoutHash(known.final_url);
  const hops = await fetchHops(
    {
      url: request.url,
      headers: { accept: ACCEPT, ...request.headers },
      maxBytes: Math.min(request.maxBytes ?? deps.settings.maxBytes, deps.settings.maxBytes),
      respectRobots: request.respectRobots ?? true,
      // Validators belong to the address that gave them, not to one that redirects to it.
      headersFor: (url) => known && url === knownUrl ? validators(known) : {},
      extract,
      skipIfSha256: known?.body_sha256,
    },
    deps,
    budget,
  );
  const extractMs = Math.round(hops.response.extractMs ?? 0);
  return { ...hops, askedMs, fetchMs: Math.max(0, Date.now() - askedMs - extractMs), extractMs };
}

/** Whether the answer says that the page is the one known: by a 304, or by the same bytes. */
export function isKnown({ response, url }: PageAnswer, known: KnownPage | undefined): boolean {
  if (known === undefined) return false;
  if (response.status === 304) {
    return (known.etag ?? known.last_modified) !== undefined &&
      withoutHash(url) === withoutHash(known.final_url);
  }
  return response.bodySha256 !== undefined && response.bodySha256 === known.body_sha256 &&
    response.page === undefined;
}

/**
 * The result of an answer that has a page.
 * @throws {TaskError} http_4xx, http_5xx, unsupported_content
 */
export function pageResult(answer: PageAnswer, { request }: ScrapeJob, deps: ScrapeDeps): ScrapeResult {
  const { response, url } = answer;
  refuseBadStatus(response, url, deps.sandbox);
  const { page, status } = response;
  if (page === undefined) {
    if (response.body) deps.sandbox.drop(response.body);
    throw new TaskError("unsupported_content", `${url} answered ${status} without a body`);
  }
  return {
    ...frameOf(answer, request.url),
    from_cache: false,
    ...page,
    size_bytes: response.sizeBytes ?? 0,
    ...validatorsOf(answer),
  };
}

/** The brief result for a page that has not changed: what tells it from others, as it is now. */
export function unchangedResult(
  answer: PageAnswer,
  known: KnownPage,
  { request }: ScrapeJob,
  deps: ScrapeDeps,
): ScrapeResult {
  const { response } = answer;
  if (response.body) deps.sandbox.drop(response.body);
  const { etag, last_modified, body_sha256, content_hash } = known;
  return {
    ...frameOf(answer, request.url),
    from_cache: false,
    not_modified: true,
    size_bytes: response.sizeBytes ?? 0,
    ...defined({ content_hash }),
    // A 304 need not repeat them. An answer with a body that lacks them has none any more.
    ...(response.status === 304 ? defined({ etag, last_modified, body_sha256 }) : {}),
    ...validatorsOf(answer),
  };
}

/** The same of a page that was read and says what it said before. */
export function briefOf(result: ScrapeResult): ScrapeResult {
  const { url, final_url, status_code, fetched_at, from_cache, age_s, redirects, size_bytes, timings } =
    result;
  const { etag, last_modified, body_sha256, content_hash, rendered } = result;
  return {
    ...{
      url,
      final_url,
      status_code,
      fetched_at,
      from_cache,
      age_s,
      not_modified: true,
      redirects,
      size_bytes,
    },
    ...defined({ content_hash, etag, last_modified, body_sha256, rendered }),
    timings,
  };
}

/** What is told of every answer. */
export function frameOf(
  { response, url, redirects, askedMs, fetchMs, extractMs }: PageAnswer,
  askedUrl: string,
) {
  return {
    url: askedUrl,
    final_url: url,
    status_code: response.status,
    fetched_at: new Date(askedMs).toISOString(),
    age_s: 0,
    redirects,
    timings: { fetch_ms: fetchMs, extract_ms: extractMs },
  };
}

/** What the page can be asked about by, next time. Only text that may be sent back is taken. */
export function validatorsOf(
  { response }: PageAnswer,
): Pick<ScrapeResult, "etag" | "last_modified" | "body_sha256"> {
  const { headers, bodySha256 } = response;
  return defined({
    etag: sendable(headers.etag, 1000),
    last_modified: sendable(headers["last-modified"], 100),
    body_sha256: bodySha256,
  });
}

function validators({ etag, last_modified }: KnownPage): Record<string, string> {
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(last_modified === undefined ? {} : { "if-modified-since": last_modified }),
  };
}

/** A validator cut short would be another one, so one that is too long is none. */
function sendable(text: string | undefined, maxChars: number): string | undefined {
  return text !== undefined && text.length <= maxChars && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
