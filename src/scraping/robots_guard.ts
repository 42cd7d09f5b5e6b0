import { TaskError } from "../platform/errors.ts";
import type { Budget } from "./budget.ts";
import type { GuardDeps } from "./guard_deps.ts";
import { withHostTurn } from "./host_turn.ts";
import { isAllowed } from "./robots.ts";
import { fetchRobots, type RobotsVerdict } from "./robots_file.ts";

export type { GuardDeps };

const MEMO_MS = 60_000;
const MEMO_MAX = 2000;
const UNREACHABLE_MAX_AGE_S = 60;
/** RFC 9309, 2.3.1.4: how long the last good copy speaks for a site that cannot be asked. */
const LAST_GOOD_S = 30 * 86_400;

/**
 * robots.txt before every hop (RFC 9309). The rules are kept in the shared cache and, for a minute, in this worker; one
 * worker at a time fetches those of an origin. Where they cannot be had now, the last good copy counts for up to 30
 * days; without one nothing may be fetched.
 */
export class RobotsGuard {
  readonly #deps: GuardDeps;
  readonly #memo = new Map<string, { verdict: RobotsVerdict; untilMs: number }>();
  readonly #inFlight = new Map<string, Promise<RobotsVerdict>>();

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
        { retryable: true, retryAfterS: UNREACHABLE_MAX_AGE_S },
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

  async #verdict(origin: string, budget: Budget): Promise<RobotsVerdict> {
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

  async #load(origin: string, budget: Budget): Promise<RobotsVerdict> {
    const known = await this.#known(origin);
    if (known.settled) return known.settled;
    return await withHostTurn(
      this.#deps.services,
      // Whoever is before it asks for one small file: no reason to put the task off.
      { key: `robots:${origin}`, limits: { concurrency: 1, delayMs: 0 }, ...budget, mayDefer: false },
      async () => {
        // Whoever held the key before has most likely fetched it.
        const { settled, lastGood } = await this.#known(origin);
        return settled ?? await this.#ask(origin, lastGood, budget);
      },
    );
  }

  async #ask(origin: string, lastGood: RobotsVerdict | undefined, budget: Budget): Promise<RobotsVerdict> {
    const { services, settings } = this.#deps;
    const tags = [`host:${new URL(origin).hostname}`];
    let verdict: RobotsVerdict;
    try {
      verdict = await fetchRobots(origin, this.#deps, budget);
    } catch (error) {
      // The page's own fetch will say what is wrong with the host, and better.
      if (lastGood && error instanceof TaskError && error.code !== "timeout") return lastGood;
      throw error;
    }
    if ("rules" in verdict) {
      const maxAgeS = settings.robotsMaxAgeS;
      await services.cacheSet(`robots:${origin}`, JSON.stringify(verdict), {
        maxAgeS,
        staleS: Math.max(0, LAST_GOOD_S - maxAgeS),
        tags,
      });
      return verdict;
    }
    // Under a key of its own, so that the good copy survives it.
    await services.cacheSet(`robots-down:${origin}`, JSON.stringify(verdict), {
      maxAgeS: UNREACHABLE_MAX_AGE_S,
      tags,
    });
    return lastGood ?? verdict;
  }

  /** What need not be asked for now, and the copy that counts if asking fails. */
  async #known(origin: string): Promise<{ settled?: RobotsVerdict; lastGood?: RobotsVerdict }> {
    const { services } = this.#deps;
    const kept = await services.cacheGet(`robots:${origin}`, true);
    const lastGood = kept && Date.now() - kept.storedMs < LAST_GOOD_S * 1000
      ? JSON.parse(kept.valueJson) as RobotsVerdict
      : undefined;
    if (lastGood && kept!.freshUntilMs > Date.now()) return { settled: lastGood };
    const down = await services.cacheGet(`robots-down:${origin}`, false);
    return { settled: down && (lastGood ?? JSON.parse(down.valueJson) as RobotsVerdict), lastGood };
  }
}
