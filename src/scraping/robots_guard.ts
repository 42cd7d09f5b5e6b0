import { TaskError } from "../platform/errors.ts";
import { checkUrl } from "../platform/url_rules.ts";
import type { HopResponse, RobotsRules, Sandbox } from "../sandbox/port.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { Budget } from "./budget.ts";
import { withHostTurn } from "./host_turn.ts";
import { isAllowed } from "./robots.ts";
import { type ScrapeSettings, urlRulesOf } from "./settings.ts";

export interface GuardDeps {
  sandbox: Sandbox;
  services: WorkerServices;
  settings: ScrapeSettings;
}

/** What a site says: its rules, or that it cannot be asked now. */
type Verdict = { rules: RobotsRules } | { unreachable: string };

const MEMO_MS = 60_000;
const MEMO_MAX = 2000;
const UNREACHABLE_MAX_AGE_S = 60;
const MAX_REDIRECTS = 5;
/** More than the 500 KiB that must count; of a longer file the rest does not. */
const MAX_BYTES = 2 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 15_000;
const NO_RULES: RobotsRules = { rules: [], sitemaps: [] };

/**
 * robots.txt before every hop (RFC 9309): 4xx means no rules, 5xx means nothing may be fetched for now. The rules are
 * kept in the shared cache and, for a minute, in this worker; one worker at a time fetches those of an origin.
 */
export class RobotsGuard {
  readonly #deps: GuardDeps;
  readonly #memo = new Map<string, { verdict: Verdict; untilMs: number }>();
  readonly #inFlight = new Map<string, Promise<Verdict>>();

  constructor(deps: GuardDeps) {
    this.#deps = deps;
  }

  /**
   * The site's crawl delay in milliseconds (0 for none), if the URL may be fetched.
   * @throws {TaskError} robots_denied; and dns, connect, tls, blocked_address of the origin itself; timeout
   */
  async check(url: URL, budget: Budget): Promise<number> {
    const verdict = await this.#verdict(url.origin, budget);
    if ("unreachable" in verdict) {
      throw new TaskError(
        "robots_denied",
        `Cannot read robots.txt of ${url.origin}: ${verdict.unreachable}`,
        {
          retryable: true,
        },
      );
    }
    if (!isAllowed(verdict.rules, url.href)) {
      throw new TaskError("robots_denied", `robots.txt of ${url.origin} does not allow ${url.pathname}`);
    }
    return (verdict.rules.crawlDelayS ?? 0) * 1000;
  }

  /** The sitemaps its robots.txt names; none where that cannot be read. @throws {TaskError} as `check`, of the origin */
  async sitemaps(origin: string, budget: Budget): Promise<string[]> {
    const verdict = await this.#verdict(origin, budget);
    return "rules" in verdict ? verdict.rules.sitemaps : [];
  }

  async #verdict(origin: string, budget: Budget): Promise<Verdict> {
    const known = this.#memo.get(origin);
    if (known && known.untilMs > Date.now()) return known.verdict;
    const other = this.#inFlight.get(origin);
    if (other) {
      try {
        return await other;
      } catch {
        // That one failed by its own signal or deadline; this one asks for itself.
        budget.signal?.throwIfAborted();
      }
    }
    const own = this.#load(origin, budget);
    this.#inFlight.set(origin, own);
    try {
      const verdict = await own;
      if (this.#memo.size >= MEMO_MAX) this.#memo.delete(this.#memo.keys().next().value!);
      this.#memo.set(origin, { verdict, untilMs: Date.now() + MEMO_MS });
      return verdict;
    } finally {
      if (this.#inFlight.get(origin) === own) this.#inFlight.delete(origin);
    }
  }

  async #load(origin: string, budget: Budget): Promise<Verdict> {
    const cached = await this.#cached(origin);
    if (cached) return cached;
    const { services, settings } = this.#deps;
    const key = `robots:${origin}`;
    return await withHostTurn(
      services,
      // Whoever is before it asks for one small file: no reason to put the task off.
      { key, limits: { concurrency: 1, delayMs: 0 }, ...budget, mayDefer: false },
      async () => {
        // Whoever held the key before has most likely fetched it.
        const fetched = await this.#cached(origin);
        if (fetched) return { value: fetched };
        const verdict = await this.#fetch(origin, budget);
        await services.cacheSet(key, JSON.stringify(verdict), {
          maxAgeS: "rules" in verdict ? settings.robotsMaxAgeS : UNREACHABLE_MAX_AGE_S,
          tags: [`host:${new URL(origin).hostname}`],
        });
        return { value: verdict };
      },
    );
  }

  async #cached(origin: string): Promise<Verdict | undefined> {
    const answer = await this.#deps.services.cacheGet(`robots:${origin}`, false);
    return answer && JSON.parse(answer.valueJson) as Verdict;
  }

  async #fetch(origin: string, budget: Budget): Promise<Verdict> {
    const { sandbox, settings } = this.#deps;
    let url = `${origin}/robots.txt`;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      let response: HopResponse;
      try {
        response = await this.#hop(checkUrl(url, urlRulesOf(settings)), budget);
      } catch (error) {
        // A garbled file has no rules; a file elsewhere that cannot be had is an unavailable one.
        if (
          error instanceof TaskError && (hops > 0 || NOT_READABLE.has(error.code)) && error.code !== "timeout"
        ) {
          return { rules: NO_RULES };
        }
        // Its own limit, with time left for the page: remembered, else every page of the origin waits it out anew.
        if (error instanceof TaskError && error.code === "timeout" && budget.deadlineMs - Date.now() > 500) {
          return { unreachable: "it does not answer in time" };
        }
        throw error;
      }
      const { status, body } = response;
      if (status >= 200 && status < 300 && body) {
        const rules = await sandbox.robots(body, { agent: settings.userAgent }, this.#limits(budget));
        return { rules };
      }
      if (body) sandbox.drop(body);
      if (status >= 500) return { unreachable: `HTTP ${status}` };
      if (!response.redirectTo) return { rules: NO_RULES };
      url = response.redirectTo;
    }
    return { rules: NO_RULES };
  }

  async #hop(url: URL, budget: Budget): Promise<HopResponse> {
    const { sandbox, services, settings } = this.#deps;
    const limits = { concurrency: settings.hostConcurrency, delayMs: settings.hostDelayMs };
    return await withHostTurn(services, { key: `host:${url.host}`, limits, ...budget }, async () => ({
      value: await sandbox.fetch(
        {
          url: url.href,
          method: "GET",
          headers: { accept: "text/plain,*/*;q=0.5" },
          maxBytes: MAX_BYTES,
          truncate: true,
        },
        this.#limits(budget),
      ),
    }));
  }

  #limits(budget: Budget): { signal?: AbortSignal; timeoutMs: number } {
    const left = budget.deadlineMs - Date.now();
    if (left <= 0) throw new TaskError("timeout", "No time left to read robots.txt");
    return { signal: budget.signal, timeoutMs: Math.min(left, FETCH_TIMEOUT_MS) };
  }
}

const NOT_READABLE: ReadonlySet<string> = new Set(["too_large", "unsupported_content"]); // too_large: its headers
