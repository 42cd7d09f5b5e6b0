import { TaskError } from "../platform/errors.ts";
import { checkUrl } from "../platform/url_rules.ts";
import type { RenderedPage } from "../sandbox/browser/port.ts";
import { withHostTurn } from "./host_turn.ts";
import { needsBrowser } from "./needs_browser.ts";
import { refuseBadStatus } from "./page_status.ts";
import type { ScrapeResult } from "./port.ts";
import { DEFAULT_FORMATS, type ScrapeDeps, type ScrapeJob } from "./scrape_job.ts";
import { urlRulesOf } from "./settings.ts";

/** Whether only the browser's word counts. */
export function mustRender({ request }: ScrapeJob): boolean {
  return request.render === "always" || request.screenshot === true;
}

/** The page through the browser where it says nothing without its scripts and `auto` was asked for; else as it is. */
export async function renderedIfNeeded(
  plain: ScrapeResult,
  job: ScrapeJob,
  deps: ScrapeDeps,
): Promise<ScrapeResult> {
  if (job.request.render !== "auto") return plain;
  return asAsked(needsBrowser(plain) ? await renderedOr(plain, job, deps) : plain, job);
}

async function renderedOr(plain: ScrapeResult, job: ScrapeJob, deps: ScrapeDeps): Promise<ScrapeResult> {
  try {
    return await renderPage(job, deps);
  } catch (error) {
    // A service without one still has what the page says by itself.
    if (error instanceof TaskError && error.code === "browser_unavailable") return plain;
    throw error;
  }
}

/** Without the text that was read only to judge the page by. */
function asAsked(result: ScrapeResult, { request }: ScrapeJob): ScrapeResult {
  if ((request.formats ?? DEFAULT_FORMATS).some((format) => format === "text")) return result;
  const { text: _, ...rest } = result;
  return rest;
}

/**
 * The page as a browser has it, read in the sandbox like any other. Its main document is asked for under robots.txt and
 * its host's turn; the addresses of all its requests are the browser's proxy's to check.
 * @throws {TaskError} browser_unavailable, robots_denied, and those of the fetch and of the page
 */
export async function renderPage(job: ScrapeJob, deps: ScrapeDeps): Promise<ScrapeResult> {
  const { request, extract, budget } = job;
  const { sandbox, settings } = deps;
  const askedMs = Date.now();
  const url = checkUrl(request.url, urlRulesOf(settings));
  const rendered = await renderInTurn(url, job, deps);
  const finalUrl = checkUrl(rendered.finalUrl, urlRulesOf(settings));
  // Where it was led to a place it may not read, what it has read there is not given out.
  if (finalUrl.origin !== url.origin && request.respectRobots !== false) {
    await deps.robots.check(finalUrl, budget);
  }
  refuseBadStatus({ status: rendered.status, headers: {} }, finalUrl.href, sandbox);
  const fetchMs = Date.now() - askedMs;
  const body = await sandbox.put(new TextEncoder().encode(rendered.html), callOptions(job));
  const page = await sandbox.extract(
    body,
    { ...extract, url: finalUrl.href, contentType: "text/html; charset=utf-8" },
    callOptions(job),
  );
  return {
    url: request.url,
    final_url: finalUrl.href,
    status_code: rendered.status,
    fetched_at: new Date(askedMs).toISOString(),
    from_cache: false,
    age_s: 0,
    redirects: [],
    ...page,
    size_bytes: body.sizeBytes,
    rendered: true,
    ...(rendered.screenshotPng === undefined ? {} : { screenshot_png: rendered.screenshotPng }),
    timings: { fetch_ms: fetchMs, extract_ms: Date.now() - askedMs - fetchMs },
  };
}

async function renderInTurn(
  url: URL,
  { request, budget }: ScrapeJob,
  deps: ScrapeDeps,
): Promise<RenderedPage> {
  const { services, settings } = deps;
  const crawlDelayMs = request.respectRobots === false ? 0 : await deps.robots.check(url, budget);
  const limits = {
    concurrency: settings.hostConcurrency,
    delayMs: settings.hostDelayMs,
    ...(crawlDelayMs > 0 ? { crawlDelayMs } : {}),
  };
  return await withHostTurn(services, { key: `host:${url.host}`, limits, ...budget }, async (turn) => {
    const rendered = await untilAborted(
      services.render({
        url: url.href,
        headers: request.headers,
        timeoutMs: timeLeftMs(budget.deadlineMs, url),
        maxBytes: Math.min(request.maxBytes ?? settings.maxBytes, settings.maxBytes),
        screenshot: request.screenshot,
      }),
      budget.signal,
    );
    turn.end({ outcome: rendered.status === 429 || rendered.status === 503 ? "refused" : "answered" });
    return rendered;
  });
}

/** The browser is another isolate's, which no signal reaches: its answer is no longer waited for. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    work.catch(() => {});
  }
}

function callOptions({ request, budget }: ScrapeJob) {
  return { signal: budget.signal, timeoutMs: timeLeftMs(budget.deadlineMs, new URL(request.url)) };
}

function timeLeftMs(deadlineMs: number, url: URL): number {
  const leftMs = deadlineMs - Date.now();
  if (leftMs <= 0) throw new TaskError("timeout", `No time left to read ${url.href}`);
  return leftMs;
}
