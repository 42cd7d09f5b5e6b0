import {
  briefOf,
  fetchPage,
  frameOf,
  isKnown,
  type PageAnswer,
  pageResult,
  unchangedResult,
  validatorsOf,
} from "./page_fetch.ts";
import { type KeptPage, keyOf, loadPage, savePage, type StoredPage } from "./page_store.ts";
import type { KnownPage, ScrapeRequest, ScrapeResult } from "./port.ts";
import { failureOf, isSiteDown } from "./put_off.ts";
import { mustRender, renderedIfNeeded, renderPage } from "./rendered_page.ts";
import { newJob, type ScrapeDeps, type ScrapeJob } from "./scrape_job.ts";

export { DEFAULT_FORMATS, type ScrapeDeps } from "./scrape_job.ts";

/**
 * One page: from the cache if young enough, else fetched hop by hop under the guard and extracted in the child that
 * fetched it; through the browser where that was asked for.
 *
 * @param options.taskId the task it is done for, so that it may be put off when its host asks for a pause
 * @throws {TaskError} of the fetch; http_4xx, http_5xx, unsupported_content of the page
 * @throws {DeferredError} when the host has no turn to give soon
 */
export async function scrapePage(
  request: ScrapeRequest,
  deps: ScrapeDeps,
  options: { signal?: AbortSignal; taskId?: string } = {},
): Promise<ScrapeResult> {
  options.signal?.throwIfAborted();
  const job = await newJob(request, deps, options);
  const { ifChangedFrom } = job.request;
  const kept = usesCache(job) && ifChangedFrom === undefined ? await loadPage(job, deps.services) : undefined;
  if (kept?.page && kept.ageS <= (job.request.maxAgeS ?? 0) && job.request.maxAgeS) return keptResult(kept);
  try {
    return ifChangedFrom === undefined
      ? await askSite(job, deps, kept)
      : await askIfChanged(job, deps, ifChangedFrom);
  } catch (error) {
    const { maxAgeS = 0, staleOkS = 0 } = job.request;
    if (kept?.page && staleOkS > 0 && kept.ageS <= maxAgeS + staleOkS && isSiteDown(error)) {
      return { ...keptResult(kept), stale: true };
    }
    throw await failureOf(error, job, deps);
  }
}

/** A picture is of now, so there is no copy of it; and a page that is read once need not be kept. */
function usesCache({ request }: ScrapeJob): boolean {
  return request.cache !== "skip" && !request.screenshot;
}

function keptResult({ page, ageS }: KeptPage): ScrapeResult {
  return {
    ...page!.result,
    from_cache: true,
    age_s: Math.floor(ageS),
    timings: { fetch_ms: 0, extract_ms: 0 },
  };
}

async function askSite(job: ScrapeJob, deps: ScrapeDeps, kept: KeptPage | undefined): Promise<ScrapeResult> {
  if (mustRender(job)) {
    const result = await renderPage(job, deps);
    if (kept) await savePage(kept.key, { result }, job.request.brand, deps.services);
    return result;
  }
  // One that the browser made has no validators: its bytes tell nothing.
  const known = kept?.page?.result;
  let answer = await fetchPage(job, deps, known);
  if (isKnown(answer, known)) {
    const page = renewed(kept!.page!, answer, deps);
    if (page) {
      await savePage(kept!.key, page, job.request.brand, deps.services);
      return page.result;
    }
    answer = await fetchPage(job, deps);
  }
  const result = await renderedIfNeeded(pageResult(answer, job, deps), job, deps);
  const sentType = answer.response.headers["content-type"];
  if (kept) await savePage(kept.key, { result, sentType }, job.request.brand, deps.services);
  return result;
}

/** The kept page, vouched for anew; undefined where the same bytes came in a frame that makes them another page. */
function renewed(page: StoredPage, answer: PageAnswer, deps: ScrapeDeps): StoredPage | undefined {
  const { response, url } = answer;
  if (response.status !== 304) {
    if (url !== page.result.final_url || response.headers["content-type"] !== page.sentType) return undefined;
  } else if (response.body) {
    deps.sandbox.drop(response.body);
  }
  const { status_code: _, ...frame } = frameOf(answer, page.result.url);
  const result = { ...page.result, ...frame, ...validatorsOf(answer), from_cache: true, not_modified: true };
  return { ...page, result };
}

async function askIfChanged(job: ScrapeJob, deps: ScrapeDeps, known: KnownPage): Promise<ScrapeResult> {
  let answer: PageAnswer | undefined;
  let result: ScrapeResult;
  if (mustRender(job)) {
    result = await renderPage(job, deps);
  } else {
    answer = await fetchPage(job, deps, known);
    if (isKnown(answer, known)) return unchangedResult(answer, known, job, deps);
    result = await renderedIfNeeded(pageResult(answer, job, deps), job, deps);
  }
  if (result.content_hash === known.content_hash) return briefOf(result);
  if (usesCache(job)) {
    const sentType = answer?.response.headers["content-type"];
    await savePage(await keyOf(job), { result, sentType }, job.request.brand, deps.services);
  }
  return result;
}
