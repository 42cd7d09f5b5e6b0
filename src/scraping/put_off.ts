import { DeferredError, TaskError, type TaskErrorCode } from "../platform/errors.ts";
import type { WorkerServices } from "../workers/port.ts";
import { LEFT_ALONE } from "./host_pace.ts";
import { HostRefusal } from "./page_status.ts";
import { DEFAULT_MAX_BACKOFF_S } from "./settings.ts";
import type { ScrapeDeps, ScrapeJob } from "./scrape_job.ts";

/** How often a task is put off, over all its attempts, because its host asked for a pause. */
const MAX_PUT_OFF = 5;
const REMEMBERED_S = 86_400;
/** Where the host names no time the gate knows when; whoever comes back too soon is told there. */
const ASK_AGAIN_MS = 1000;

/**
 * What a failed scrape fails with. A host that asks to come back soon costs its task no attempt, five times; one that
 * asks for longer than HOST_MAX_BACKOFF_S, or goes on asking, costs one like any failure.
 */
export async function failureOf(error: unknown, job: ScrapeJob, deps: ScrapeDeps): Promise<unknown> {
  if (!(error instanceof HostRefusal) || job.taskId === undefined) return error;
  const waitS = error.retryAfterS ?? 0;
  if (waitS > (deps.settings.hostMaxBackoffS ?? DEFAULT_MAX_BACKOFF_S)) return error;
  if (await timesPutOff(job.taskId, deps.services) > MAX_PUT_OFF) return error;
  const atMs = Date.now() + Math.max(waitS * 1000, ASK_AGAIN_MS);
  return new DeferredError(atMs, `${error.message}: its host asks to be asked later`);
}

/** In the cache, which all workers share: a task that comes back may come to any of them. */
async function timesPutOff(taskId: string, services: WorkerServices): Promise<number> {
  const key = `put-off:${taskId}`;
  const known = await services.cacheGet(key, false);
  const times = 1 + (known === undefined ? 0 : Number(known.valueJson));
  if (times <= MAX_PUT_OFF) await services.cacheSet(key, String(times), { maxAgeS: REMEMBERED_S });
  return times;
}

const SITE_IS_DOWN: ReadonlySet<TaskErrorCode> = new Set(["connect", "dns", "tls", "http_5xx"]);

/** Whether a scrape failed because the site could not be asked now, whatever the page is. */
export function isSiteDown(error: unknown): boolean {
  // Left alone on its own wish. One that is merely busy has a turn for us later.
  if (error instanceof DeferredError) return error.message.includes(LEFT_ALONE);
  if (!(error instanceof TaskError)) return false;
  if (error instanceof HostRefusal || SITE_IS_DOWN.has(error.code)) return true;
  // `timeout`: for good is the page's, that held the sandbox. `robots_denied`: to be retried is a site without an answer.
  return (error.code === "timeout" || error.code === "robots_denied") && error.retryable;
}
