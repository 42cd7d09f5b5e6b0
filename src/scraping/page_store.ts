import type { WorkerServices } from "../workers/port.ts";
import type { ScrapeResult } from "./port.ts";
import type { ScrapeJob } from "./scrape_job.ts";

/** What the cache keeps of a page. */
export interface StoredPage {
  form: typeof FORM;
  result: ScrapeResult;
  /** The content type as the site sent it: bytes are read by it, so the same bytes under another one are another page. */
  sentType?: string;
}

export interface KeptPage {
  key: string;
  page?: StoredPage;
  ageS: number;
}

/** Of what is stored: pages of another form are as good as none. */
const FORM = 3;
/** What is longer than this as JSON is not kept: it would go through three isolates for one page. */
const MAX_KEPT_CHARS = 8 * 1024 * 1024;
/** How long a page is kept for `max_age_s`, `stale_ok_s` and for its validators. */
const KEEP_S = 35 * 86_400;

/** What the cache has of the page in this form: under this key, and how old. */
export async function loadPage(job: ScrapeJob, services: WorkerServices): Promise<KeptPage> {
  const key = await keyOf(job);
  const answer = await services.cacheGet(key, true);
  if (answer === undefined) return { key, ageS: Infinity };
  const text: unknown = JSON.parse(answer.valueJson);
  const page = (typeof text === "string" ? JSON.parse(text) : {}) as StoredPage;
  if (page.form !== FORM) return { key, ageS: Infinity };
  return { key, page, ageS: Math.max(0, (Date.now() - answer.storedMs) / 1000) };
}

export async function savePage(
  key: string,
  page: Omit<StoredPage, "form">,
  brand: string | undefined,
  services: WorkerServices,
): Promise<void> {
  const { not_modified: _, screenshot_png: __, ...result } = page.result;
  const json = JSON.stringify({ ...page, form: FORM, result });
  // The copy from before is not what was there last.
  if (json.length > MAX_KEPT_CHARS) return void await services.cacheDelete(key);
  // As one string: the main isolate, which hands it on, builds and freezes no tree that nobody looks at there.
  await services.cacheSet(key, JSON.stringify(json), {
    maxAgeS: KEEP_S,
    tags: [`host:${new URL(result.final_url).hostname}`, ...(brand ? [`brand:${brand}`] : [])],
  });
}

export async function keyOf({ request, extract }: ScrapeJob): Promise<string> {
  const { formats, ...selectors } = extract;
  // Headers change what a site answers, selectors what is read of it: a page asked for with some is kept apart.
  const headers = Object.entries(request.headers ?? {}).sort(([a], [b]) => a < b ? -1 : 1);
  const { render = "never" } = request;
  let variant = formats.join(",");
  if (headers.length > 0 || Object.keys(selectors).length > 0 || render !== "never") {
    const text = JSON.stringify({ headers, selectors, render });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    variant += `;${new Uint8Array(digest).subarray(0, 8).toHex()}`;
  }
  return `page:${variant}:${withoutHash(new URL(request.url).href)}`;
}

export function withoutHash(url: string): string {
  const hash = url.indexOf("#");
  return hash < 0 ? url : url.slice(0, hash);
}
