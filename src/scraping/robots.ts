import { matchesPattern } from "../platform/url_glob.ts";
import type { RobotsRules } from "../sandbox/port.ts";

/**
 * robots.txt (RFC 9309): groups for the agent are merged, else those for `*`; the longest matching pattern decides,
 * allow wins a tie. Matching is linear in the path for a pattern of bounded length; no regular expression is built.
 */

const MAX_CHARS = 500 * 1024;
const MAX_PATTERN_CHARS = 2083 * 4;
const MAX_SITEMAPS = 100;
const MAX_CRAWL_DELAY_S = 3600;

interface Group {
  agents: string[];
  rules: RobotsRules["rules"];
  crawlDelayS?: number;
}

/**
 * The rules of `text` that apply to `agent` (a product token or a whole User-Agent, whose first word counts).
 *
 * @param text decoded as UTF-8; a byte order mark at the start, even a torn one, is skipped
 */
export function parseRobots(text: string, agent: string): RobotsRules {
  const { groups, sitemaps } = readGroups(text);
  const token = agent.trim().split(/[\s/(;]/, 1)[0]!.toLowerCase();
  let chosen = groups.filter((group) => token !== "" && group.agents.includes(token));
  if (chosen.length === 0) chosen = groups.filter((group) => group.agents.includes("*"));
  const delays = chosen.map((group) => group.crawlDelayS).filter((delay) => delay !== undefined);
  return {
    rules: chosen.flatMap((group) => group.rules),
    ...(delays.length > 0 ? { crawlDelayS: Math.max(...delays) } : {}),
    sitemaps,
  };
}

/** Whether a URL may be fetched under these rules. */
export function isAllowed(rules: RobotsRules, url: string): boolean {
  const path = pathOf(url);
  let allowed = true;
  let longest = -1;
  for (const { allow, pattern } of rules.rules) {
    if (pattern.length < longest || (pattern.length === longest && (allowed || !allow))) continue;
    if (!matchesPattern(path, pattern)) continue;
    longest = pattern.length;
    allowed = allow;
  }
  return allowed;
}

function readGroups(text: string): { groups: Group[]; sitemaps: string[] } {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let group: Group | undefined;
  let namingAgents = false;
  // A byte order mark, whole or cut short (then it decodes to replacement characters).
  for (const line of text.slice(0, MAX_CHARS).replace(/^[\ufeff\ufffd]{1,3}/, "").split(/\r\n|\r|\n/)) {
    const content = line.split("#", 1)[0]!;
    const colon = content.indexOf(":");
    if (colon < 0) continue;
    const key = trimAscii(content.slice(0, colon)).toLowerCase();
    const value = trimAscii(content.slice(colon + 1));
    if (key === "user-agent" || key === "useragent" || key === "user agent") {
      if (!group || !namingAgents) groups.push(group = { agents: [], rules: [] });
      namingAgents = true;
      group.agents.push(value === "*" || /^\*\s/.test(value) ? "*" : productToken(value));
    } else if (key === "sitemap" || key === "site-map") {
      if (value && sitemaps.length < MAX_SITEMAPS) sitemaps.push(value.slice(0, 2083));
    } else if (key === "allow" || key === "disallow") {
      namingAgents = false;
      if (group && value) {
        group.rules.push({ allow: key === "allow", pattern: normalise(value.slice(0, MAX_PATTERN_CHARS)) });
      }
    } else if (key === "crawl-delay" && group) {
      namingAgents = false;
      const delay = Number(value);
      if (value && delay >= 0) group.crawlDelayS = Math.min(delay, MAX_CRAWL_DELAY_S);
    }
  }
  return { groups, sitemaps };
}

/** RFC 9309: letters, `-` and `_`. A digit ends it, so a group named `AB42bot` is for `AB`. */
function productToken(agent: string): string {
  return /^[a-z_-]*/i.exec(agent)![0].toLowerCase();
}

/** `String.trim` would also take a byte order mark, which inside the text makes a line an unknown one. */
function trimAscii(text: string): string {
  return text.replace(/^[ \t\f\v]+/, "").replace(/(?<![ \t\f\v])[ \t\f\v]+$/, "");
}

/** Characters outside ASCII as percent-encoded UTF-8, escapes in upper case: how a URL is sent. */
function normalise(text: string): string {
  return upperEscapes(text.replace(/[^\x21-\x7e]+/g, (run) => encodeURIComponent(run.toWellFormed())));
}

function upperEscapes(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

/** Path and query of a URL as sent, without the fragment. */
function pathOf(url: string): string {
  const scheme = url.indexOf("://");
  const afterScheme = scheme >= 0 && scheme < url.search(/[/?#]/) + 1
    ? scheme + 3
    : url.startsWith("//")
    ? 2
    : 0;
  const hash = url.indexOf("#", afterScheme);
  const end = hash < 0 ? url.length : hash;
  const start = url.slice(afterScheme, end).search(/[/?;]/);
  if (start < 0) return "/";
  const path = upperEscapes(url.slice(afterScheme + start, end));
  return path.startsWith("/") ? path : "/" + path;
}
