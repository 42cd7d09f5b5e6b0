import { TaskError } from "../platform/errors.ts";
import { retryAfterS } from "../platform/retry_after.ts";
import type { HopResponse, PageFormat } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import { fetchHops, type HopsResult } from "./hops.ts";
import type { ScrapeRequest, ScrapeResult } from "./port.ts";
import type { GuardDeps, RobotsGuard } from "./robots_guard.ts";

export interface ScrapeDeps extends GuardDeps {
  robots: RobotsGuard;
}

/** What the cache keeps of a page. */
interface StoredPage {
  result: ScrapeResult;
  etag?: string;
  lastModified?: string;
}

export const DEFAULT_FORMATS: PageFormat[] = ["markdown", "links", "metadata", "product"];
/** How long a page is kept for `max_age_s` and for its validators. */
const KEEP_S = 7 * 86_400;
/** 4xx that speak of the moment, not of the page. */
const PASSING = new Set([408, 425, 429]);

/**
 * One page: from the cache if young enough, else fetched hop by hop under the guard and extracted in the child that
 * holds its body.
 *
 * @throws {TaskError} of the fetch; http_4xx, http_5xx, unsupported_content of the page
 * @throws {DeferredError} when the host has no turn to give soon
 */
export async function scrapePage(
  request: ScrapeRequest,
  deps: ScrapeDeps,
  options: { signal?: AbortSignal } = {},
): Promise<ScrapeResult> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { services, settings } = deps;
  const budget = {
    deadlineMs: Date.now() + Math.min(request.timeoutMs ?? settings.timeoutMs, settings.timeoutMs),
    signal,
  };
  const formats = [...new Set(request.formats ?? DEFAULT_FORMATS)].sort();
  const key = await cacheKey(request, formats);
  const known = await storedPage(deps, key);
  const ageS = known && Math.max(0, (Date.now() - known.storedMs) / 1000);
  if (known && ageS !== undefined && request.maxAgeS && ageS <= request.maxAgeS) {
    return {
      ...known.page.result,
      from_cache: true,
      age_s: Math.floor(ageS),
      timings: { fetch_ms: 0, extract_ms: 0 },
    };
  }

  const startedMs = Date.now();
  const hops = await fetchPage(request, known?.page, deps, budget);
  const { response } = hops;
  const fetchMs = Date.now() - startedMs;
  let result: ScrapeResult;
  if (response.status === 304 && known) {
    if (response.body) deps.sandbox.drop(response.body);
    result = {
      ...known.page.result,
      fetched_at: new Date().toISOString(),
      from_cache: true,
      not_modified: true,
      age_s: 0,
      redirects: hops.redirects,
      timings: { fetch_ms: fetchMs, extract_ms: 0 },
    };
  } else {
    refuseBadStatus(response, hops.url, deps);
    result = await extractedResult(request.url, hops, formats, deps, budget, fetchMs);
  }
  await services.cacheSet(key, JSON.stringify(toStore(result, response, known?.page)), {
    maxAgeS: KEEP_S,
    tags: [
      `host:${new URL(result.final_url).hostname}`,
      ...(request.brand ? [`brand:${request.brand}`] : []),
    ],
  });
  return result;
}

function fetchPage(
  request: ScrapeRequest,
  known: StoredPage | undefined,
  deps: ScrapeDeps,
  budget: Budget,
): Promise<HopsResult> {
  return fetchHops(
    {
      url: request.url,
      headers: {
        accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
        ...request.headers,
      },
      maxBytes: Math.min(request.maxBytes ?? deps.settings.maxBytes, deps.settings.maxBytes),
      respectRobots: request.respectRobots ?? true,
      // Validators belong to the address that gave them, not to one that redirects to it.
      headersFor: (url) => known && url === withoutHash(known.result.final_url) ? validators(known) : {},
    },
    deps,
    budget,
  );
}

async function extractedResult(
  url: string,
  hops: HopsResult,
  formats: PageFormat[],
  deps: ScrapeDeps,
  budget: Budget,
  fetchMs: number,
): Promise<ScrapeResult> {
  const { status, headers, body } = hops.response;
  if (!body) throw new TaskError("unsupported_content", `${hops.url} answered ${status} without a body`);
  const startedMs = Date.now();
  const timeoutMs = budget.deadlineMs - startedMs;
  if (timeoutMs <= 0) {
    deps.sandbox.drop(body);
    throw new TaskError("timeout", `No time left to read ${hops.url}`);
  }
  const page = await deps.sandbox.extract(
    body,
    { url: hops.url, contentType: headers["content-type"], formats },
    { signal: budget.signal, timeoutMs },
  );
  return {
    url,
    final_url: hops.url,
    status_code: status,
    fetched_at: new Date(startedMs).toISOString(),
    from_cache: false,
    age_s: 0,
    redirects: hops.redirects,
    ...page,
    size_bytes: body.sizeBytes,
    timings: { fetch_ms: fetchMs, extract_ms: Date.now() - startedMs },
  };
}

function refuseBadStatus(response: HopResponse, url: string, deps: ScrapeDeps): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  if (response.body) deps.sandbox.drop(response.body);
  const wait = retryAfterS(response.headers["retry-after"]);
  const message = `${url} answered ${status}`;
  if (status >= 500) throw new TaskError("http_5xx", message, { retryable: true, retryAfterS: wait });
  if (status >= 400) {
    const passing = PASSING.has(status);
    throw new TaskError("http_4xx", message, {
      retryable: passing,
      ...(passing ? { retryAfterS: wait } : {}),
    });
  }
  throw new TaskError("unsupported_content", `${message}, which has no page`);
}

async function storedPage(
  deps: ScrapeDeps,
  key: string,
): Promise<{ page: StoredPage; storedMs: number } | undefined> {
  const answer = await deps.services.cacheGet(key, true);
  return answer && { page: JSON.parse(answer.valueJson) as StoredPage, storedMs: answer.storedMs };
}

/** Headers change what a site answers, so a page asked for with some is kept apart. */
async function cacheKey(request: ScrapeRequest, formats: PageFormat[]): Promise<string> {
  const headers = Object.entries(request.headers ?? {}).sort(([a], [b]) => a < b ? -1 : 1);
  let variant = formats.join(",");
  if (headers.length > 0) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(headers)));
    variant += `;${new Uint8Array(digest).subarray(0, 8).toHex()}`;
  }
  return `page:${variant}:${withoutHash(new URL(request.url).href)}`;
}

function validators(page: StoredPage): Record<string, string> {
  return {
    ...(page.etag ? { "if-none-match": page.etag } : {}),
    ...(page.lastModified ? { "if-modified-since": page.lastModified } : {}),
  };
}

function toStore(result: ScrapeResult, response: HopResponse, known: StoredPage | undefined): StoredPage {
  const fresh = response.status !== 304;
  const { not_modified: _, ...plain } = result;
  return {
    result: plain,
    etag: response.headers.etag?.slice(0, 1000) ?? (fresh ? undefined : known?.etag),
    lastModified: response.headers["last-modified"]?.slice(0, 100) ??
      (fresh ? undefined : known?.lastModified),
  };
}

function withoutHash(url: string): string {
  const hash = url.indexOf("#");
  return hash < 0 ? url : url.slice(0, hash);
}
