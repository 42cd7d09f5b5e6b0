import { parseExceptions } from "../platform/host_exceptions.ts";
import type { UrlRules } from "../platform/url_rules.ts";

/** The settings of fetching and scraping: plain data, so that they cross into a worker. */
export interface ScrapeSettings {
  /** Sent with every fetch; its first word is the name looked for in robots.txt. */
  userAgent: string;
  /** Longest a scrape may take, all hops and the extraction included. */
  timeoutMs: number;
  /** Largest decoded body. */
  maxBytes: number;
  maxRedirects: number;
  ports: number[];
  /** Hosts, `host:port`s and CIDR ranges that may be reached though not public. */
  allowPrivateHosts: string[];
  hostConcurrency: number;
  /** Least time between two requests to one host; a longer Crawl-delay wins. */
  hostDelayMs: number;
  robotsMaxAgeS: number;
  /** Longest a host that answers 429 or 503 is left alone, whatever it asks for. @default 300 */
  hostMaxBackoffS?: number;
}

export const DEFAULT_MAX_BACKOFF_S = 300;

const known = new WeakMap<ScrapeSettings, UrlRules>();

/** The rules that a URL is checked by; worked out once for each settings object. */
export function urlRulesOf(settings: ScrapeSettings): UrlRules {
  let rules = known.get(settings);
  if (!rules) {
    rules = { ports: settings.ports, exceptions: parseExceptions(settings.allowPrivateHosts) };
    known.set(settings, rules);
  }
  return rules;
}
