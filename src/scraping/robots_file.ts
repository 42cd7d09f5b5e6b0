import { TaskError } from "../platform/errors.ts";
import { checkUrl } from "../platform/url_rules.ts";
import type { HopResponse, RobotsRules } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import type { GuardDeps } from "./guard_deps.ts";
import { feedbackOf } from "./host_feedback.ts";
import { withHostTurn } from "./host_turn.ts";
import { urlRulesOf } from "./settings.ts";

/** What a site says: its rules, or that it cannot be asked now. */
export type RobotsVerdict = { rules: RobotsRules } | { unreachable: string };

const MAX_REDIRECTS = 5;
/** More than the 500 KiB that must count; of a longer file the rest does not. */
const MAX_BYTES = 2 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 15_000;
const NO_RULES: RobotsRules = { rules: [], sitemaps: [] };
const NOT_READABLE: ReadonlySet<string> = new Set(["too_large", "unsupported_content"]); // too_large: its headers

/**
 * Asks an origin for its robots.txt (RFC 9309, section 2.3): 4xx, more than five redirects and what is no text mean no
 * rules. 5xx, silence and 429 mean that it cannot be asked now.
 * @throws {TaskError} dns, connect, tls, blocked_address of the origin itself; timeout of the scrape
 * @throws {DeferredError} its host has no turn to give soon
 */
export async function fetchRobots(origin: string, deps: GuardDeps, budget: Budget): Promise<RobotsVerdict> {
  const { sandbox, settings } = deps;
  let url = `${origin}/robots.txt`;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    let response: HopResponse;
    try {
      response = await hop(checkUrl(url, urlRulesOf(settings)), deps, budget);
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      // A garbled file has no rules; a file elsewhere that cannot be had is an unavailable one.
      if ((hops > 0 || NOT_READABLE.has(error.code)) && error.code !== "timeout") return { rules: NO_RULES };
      // Its own limit, with time left for the page: remembered, else every page of the origin waits it out anew.
      if (error.code === "timeout" && budget.deadlineMs - Date.now() > 500) {
        return { unreachable: "it does not answer in time" };
      }
      throw error;
    }
    const { status, body } = response;
    if (status >= 200 && status < 300 && body) {
      return { rules: await sandbox.robots(body, { agent: settings.userAgent }, limits(budget)) };
    }
    if (body) sandbox.drop(body);
    // 429 is no word about the file: who asks too much does not get to ask more.
    if (status >= 500 || status === 429) return { unreachable: `HTTP ${status}` };
    if (!response.redirectTo) return { rules: NO_RULES };
    url = response.redirectTo;
  }
  return { rules: NO_RULES };
}

async function hop(url: URL, deps: GuardDeps, budget: Budget): Promise<HopResponse> {
  const { sandbox, services, settings } = deps;
  const gate = { concurrency: settings.hostConcurrency, delayMs: settings.hostDelayMs };
  return await withHostTurn(services, { key: `host:${url.host}`, limits: gate, ...budget }, async (turn) => {
    const response = await sandbox.fetch(
      {
        url: url.href,
        method: "GET",
        headers: { accept: "text/plain,*/*;q=0.5" },
        maxBytes: MAX_BYTES,
        truncate: true,
      },
      limits(budget),
    );
    turn.end(feedbackOf(response));
    return response;
  });
}

function limits(budget: Budget): { signal?: AbortSignal; timeoutMs: number } {
  const left = budget.deadlineMs - Date.now();
  if (left <= 0) throw new TaskError("timeout", "No time left to read robots.txt");
  return { signal: budget.signal, timeoutMs: Math.min(left, FETCH_TIMEOUT_MS) };
}
