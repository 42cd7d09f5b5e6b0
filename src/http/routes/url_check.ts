import { ServiceError, TaskError } from "../../platform/errors.ts";
import { nextTurn } from "../../platform/next_turn.ts";
import type { HttpDeps } from "../deps.ts";

type CheckUrl = HttpDeps["checkUrl"];

/**
 * Types that fetch the `url` of their input. What a URL says is told to the caller before a task is made of it; what
 * its name resolves to is the guard's business in the worker.
 */
const FETCHING: ReadonlySet<string> = new Set(["scrape", "map", "webhook"]);

interface Task {
  type: string;
  input?: unknown;
  webhook?: { url: string };
}

/**
 * Refuses a task whose URLs may not be fetched. `at` is the place of the task in the body; without one the task is the
 * body, and of its own URL the problem says no more than the code.
 * @throws {ServiceError | TaskError} blocked_address
 */
export function checkTaskUrls(checkUrl: CheckUrl, task: Task, at?: string): void {
  const url = urlOf(task.type, task.input);
  if (url !== undefined && at === undefined) checkUrl(url);
  else if (url !== undefined) checkUrlAt(checkUrl, url, `${at}.input.url`);
  for (const [i, start] of startUrlsOf(task).entries()) {
    checkUrlAt(checkUrl, start, `${at === undefined ? "" : `${at}.`}input.start_urls.${i}`);
  }
  checkWebhook(checkUrl, task.webhook, at === undefined ? "webhook.url" : `${at}.webhook.url`);
}

/** @throws {ServiceError} blocked_address */
export function checkWebhook(checkUrl: CheckUrl, webhook: Task["webhook"], path = "webhook.url"): void {
  if (webhook !== undefined) checkUrlAt(checkUrl, webhook.url, path);
}

/**
 * What is wrong with a batch that has nothing to do with its inputs.
 * @throws {ServiceError} blocked_address
 */
export function checkBatchUrls(
  checkUrl: CheckUrl,
  batch: { on_complete?: Task; webhook?: Task["webhook"] },
): void {
  checkWebhook(checkUrl, batch.webhook);
  if (batch.on_complete !== undefined) checkTaskUrls(checkUrl, batch.on_complete, "on_complete");
}

/** The URL an input of this type is about; undefined for other types and for what the type's schema will refuse. */
export function urlOf(type: string, input: unknown): string | undefined {
  if (!FETCHING.has(type)) return undefined;
  const url = (input as { url?: unknown } | null | undefined)?.url;
  return typeof url === "string" ? url : undefined;
}

function startUrlsOf({ type, input }: Task): string[] {
  if (type !== "crawl") return [];
  const urls = (input as { start_urls?: unknown } | null | undefined)?.start_urls;
  return Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [];
}

function checkUrlAt(checkUrl: CheckUrl, url: string, path: string): void {
  const message = blockedReason(checkUrl, url);
  if (message === undefined) return;
  throw new ServiceError("blocked_address", `${path}: ${message}`, { fields: [{ path, message }] });
}

/** Why a URL may not be fetched, or undefined. */
function blockedReason(checkUrl: CheckUrl, url: string): string | undefined {
  try {
    checkUrl(url);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return error.message;
  }
}

export interface BadUrl {
  index: number;
  url: string;
  code: "invalid_request" | "blocked_address";
  message: string;
}

/** URLs that are checked before others get their turn of the event loop: some 5 ms of work. */
const CHECKS_A_TURN = 250;

/** What is wrong with the URLs of a batch, in their order; `faultOf` tells of one that is no URL. */
export async function badUrls(
  urls: readonly (string | undefined)[],
  checkUrl: CheckUrl,
  faultOf: (url: string) => string | undefined,
): Promise<BadUrl[]> {
  const bad: BadUrl[] = [];
  for (const [index, url] of urls.entries()) {
    if (index % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn();
    if (url === undefined) continue;
    const fault = faultOf(url);
    if (fault !== undefined) {
      bad.push({ index, url, code: "invalid_request", message: fault });
      continue;
    }
    const message = blockedReason(checkUrl, url);
    if (message !== undefined) bad.push({ index, url, code: "blocked_address", message });
  }
  return bad;
}

/** One code for the lot: `blocked_address` only where nothing else is wrong. */
export function urlRefusal(
  bad: BadUrl[],
  total: number,
  { hint = "", pathOf }: { hint?: string; pathOf: (index: number) => string },
): ServiceError {
  const code = bad.every((each) => each.code === "blocked_address") ? "blocked_address" : "invalid_request";
  return new ServiceError(code, `${bad.length} of ${total} URLs cannot be fetched${hint}`, {
    fields: bad.map(({ index, message }) => ({ path: pathOf(index), message })),
  });
}
