import { TaskError } from "../platform/errors.ts";
import { checkUrl } from "../platform/url_rules.ts";
import type { ExtractRequest, HopRequest, HopResponse } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import type { GuardDeps } from "./guard_deps.ts";
import { feedbackOf } from "./host_feedback.ts";
import { withHostTurn } from "./host_turn.ts";
import type { RobotsGuard } from "./robots_guard.ts";
import { urlRulesOf } from "./settings.ts";

export interface HopsRequest {
  url: string;
  method?: HopRequest["method"];
  /** Lower-case names. */
  headers?: Record<string, string>;
  body?: string;
  maxBytes: number;
  /** Takes the first `maxBytes` of a longer body instead of failing with `too_large`. @default false */
  truncate?: boolean;
  respectRobots: boolean;
  /** Whether a redirect is the answer instead of being followed. @default false */
  stopAtRedirect?: boolean;
  /** Headers for one hop only, e.g. the conditional ones that belong to one address. */
  headersFor?(url: string): Record<string, string>;
  /** Extracts the page in the call that fetches it; its `url` is that of the hop. */
  extract?: Omit<ExtractRequest, "url">;
  /** With `extract`: a body of this SHA-256 is known and not extracted. */
  skipIfSha256?: string;
}

export interface HopsResult {
  /** The last answer, a redirect only where it was to stop there. Its body, if any, is the caller's to take. */
  response: HopResponse;
  url: string;
  /** Addresses that redirected, in order. */
  redirects: string[];
}

const CREDENTIALS = ["authorization", "cookie", "proxy-authorization"];
/** A host that takes longer than this to time out is taken to be overloaded; a shorter limit is the caller's haste. */
const SLOW_MS = 5000;

/**
 * One request with its redirects. Each hop is checked anew: URL rules, robots.txt of its origin, its host's budget.
 *
 * @throws {TaskError} blocked_address, robots_denied, redirect_loop, too_large, timeout, dns, tls, connect
 */
export async function fetchHops(
  request: HopsRequest,
  deps: GuardDeps & { robots: RobotsGuard },
  budget: Budget,
): Promise<HopsResult> {
  const { sandbox, settings } = deps;
  const redirects: string[] = [];
  const seen = new Set<string>();
  let method = request.method ?? "GET";
  let body = request.body;
  let headers = { ...request.headers };
  let url = checkUrl(request.url, urlRulesOf(settings));
  const hosts = new Set<string>();
  while (true) {
    budget.signal?.throwIfAborted();
    const visit = `${method} ${url.href}`;
    if (seen.has(visit)) throw new TaskError("redirect_loop", `${url.href} redirects to itself`);
    seen.add(visit);
    const hop: HopRequest = {
      url: withoutHash(url),
      method,
      headers: { ...headers, ...request.headersFor?.(withoutHash(url)) },
      ...(body === undefined ? {} : { body }),
      maxBytes: request.maxBytes,
      truncate: request.truncate,
      ...(request.extract === undefined ? {} : { extract: { ...request.extract, url: url.href } }),
      ...(request.skipIfSha256 === undefined ? {} : { skipIfSha256: request.skipIfSha256 }),
    };
    // Where it has had a turn already it waits for the next: put off, it would need that first one again, for ever.
    const mayDefer = budget.mayDefer !== false && !hosts.has(url.host);
    hosts.add(url.host);
    const response = await oneHop(url, hop, request.respectRobots, deps, { ...budget, mayDefer });
    if (!response.redirectTo || request.stopAtRedirect) return { response, url: url.href, redirects };
    if (response.body) sandbox.drop(response.body);
    redirects.push(url.href);
    if (redirects.length > settings.maxRedirects) {
      throw new TaskError(
        "redirect_loop",
        `More than ${settings.maxRedirects} redirects from ${request.url}`,
      );
    }
    const next = checkUrl(response.redirectTo, urlRulesOf(settings));
    if (response.status !== 307 && response.status !== 308 && method !== "HEAD") {
      method = "GET";
      body = undefined;
      headers = without(headers, ["content-type", "content-length"]);
    }
    if (next.origin !== url.origin) headers = without(headers, CREDENTIALS);
    url = next;
  }
}

async function oneHop(
  url: URL,
  hop: HopRequest,
  respectRobots: boolean,
  deps: GuardDeps & { robots: RobotsGuard },
  budget: Budget,
): Promise<HopResponse> {
  const { sandbox, services, settings } = deps;
  const crawlDelayMs = respectRobots ? await deps.robots.check(url, budget) : 0;
  const limits = {
    concurrency: settings.hostConcurrency,
    delayMs: settings.hostDelayMs,
    ...(crawlDelayMs > 0 ? { crawlDelayMs } : {}),
  };
  return await withHostTurn(services, { key: `host:${url.host}`, limits, ...budget }, async (turn) => {
    const beganMs = Date.now();
    const timeoutMs = budget.deadlineMs - beganMs;
    if (timeoutMs <= 0) throw new TaskError("timeout", `No time left to fetch ${url.href}`);
    try {
      const response = await sandbox.fetch(hop, {
        signal: budget.signal,
        timeoutMs,
        onExtract: () => turn.end({ outcome: "answered" }),
      });
      turn.end(feedbackOf(response));
      return response;
    } catch (error) {
      if (error instanceof TaskError && error.code === "timeout" && Date.now() - beganMs >= SLOW_MS) {
        turn.end({ outcome: "slow" });
      }
      throw error;
    }
  });
}

function withoutHash(url: URL): string {
  return url.hash === "" ? url.href : url.href.slice(0, url.href.indexOf("#"));
}

function without(headers: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
