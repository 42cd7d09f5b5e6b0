import { TaskError } from "../platform/errors.ts";
import type { Sitemap } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import { fetchHops } from "./hops.ts";
import type { GuardDeps } from "./guard_deps.ts";
import type { RobotsGuard } from "./robots_guard.ts";

export interface SitemapLimits {
  /** Entries taken at most. */
  maxEntries: number;
  /** Files read at most. @default 100 */
  maxFiles?: number;
  /** Indexes of indexes followed at most. @default 3 */
  maxDepth?: number;
  /** @default true */
  respectRobots?: boolean;
  /** Which entries are taken; the others do not count. @default all */
  accepts?(url: URL): boolean;
}

export interface SitemapPages {
  /** In the order of the files, each address once. */
  entries: { url: string; lastmod?: string }[];
  /** Not all has been read: there were more entries or files than the limits allow, a file was cut, or time ran out. */
  truncated: boolean;
  /** Files that could not be read, and why. */
  warnings: string[];
}

/** Of one file: as many as sitemaps.org lets it have. */
const MAX_FILE_ENTRIES = 50_000;
const MAX_WARNINGS = 20;
/** Less is not worth a request. */
const MIN_LEFT_MS = 100;

interface File {
  url: string;
  depth: number;
  /** Nobody said that it is there. */
  guessed?: boolean;
}

/**
 * The pages that the sitemaps of an origin name: those of its robots.txt and `/sitemap.xml`, with what these lead to. Every
 * file is fetched like a page, under robots.txt and its host's turns. A file that cannot be read is a warning.
 *
 * @throws {TaskError} dns, connect, tls, blocked_address of the origin itself
 * @throws {DeferredError} when the host has no turn to give soon, as long as nothing has been fetched
 */
export async function readSitemaps(
  origin: string,
  deps: GuardDeps & { robots: RobotsGuard },
  budget: Budget,
  limits: SitemapLimits,
): Promise<SitemapPages> {
  const { maxEntries, maxFiles = 100, maxDepth = 3, accepts } = limits;
  const found: SitemapPages = { entries: [], truncated: false, warnings: [] };
  const pages = new Set<string>();
  /** There was one more than may be taken. */
  let full = false;
  const take = (entries: Sitemap["entries"]) => {
    for (const { url, lastmod } of entries) {
      if (pages.has(url) || !URL.canParse(url) || !(accepts?.(new URL(url)) ?? true)) continue;
      if (found.entries.length >= maxEntries) {
        full = true;
        return;
      }
      pages.add(url);
      found.entries.push(lastmod === undefined ? { url } : { url, lastmod });
    }
  };
  const warn = (warning: string) => {
    if (found.warnings.length < MAX_WARNINGS) found.warnings.push(warning);
  };

  const files: File[] = (await deps.robots.sitemaps(origin, budget)).map((url) => ({ url, depth: 0 }));
  files.push({ url: `${origin}/sitemap.xml`, depth: 0, guessed: true });
  const seen = new Set<string>();
  let mayDefer = budget.mayDefer;
  while (files.length > 0) {
    const file = files.shift()!;
    if (seen.has(file.url)) continue;
    seen.add(file.url);
    const isOver = seen.size > maxFiles;
    const isLate = budget.deadlineMs - Date.now() < MIN_LEFT_MS;
    if (full || isOver || isLate) {
      found.truncated = true;
      if (isOver) warn(`There are more than ${maxFiles} sitemaps; the others are not read`);
      else if (isLate) warn("There was no time left to read all sitemaps");
      break;
    }
    try {
      const read = await readFile(file, deps, { ...budget, mayDefer }, limits);
      mayDefer = false;
      if (read === undefined) continue;
      seen.add(read.url);
      found.truncated ||= read.cut;
      if (read.sitemap.kind === "pages") take(read.sitemap.entries);
      else if (file.depth < maxDepth) files.push(...nested(read.sitemap, file.depth, maxFiles));
      else warn(`${file.url} is an index below ${maxDepth} others; it is not followed`);
    } catch (error) {
      budget.signal?.throwIfAborted();
      if (!(error instanceof TaskError)) throw error;
      mayDefer = false;
      if (!(file.guessed && error.code === "robots_denied")) warn(`${file.url}: ${error.message}`);
    }
  }
  found.truncated ||= full;
  return found;
}

function nested({ entries }: Sitemap, depth: number, maxFiles: number): File[] {
  // One more than may be read, so that it is noticed that there were more.
  return entries.slice(0, maxFiles + 1).map(({ url }) => ({ url, depth: depth + 1 }));
}

/** Undefined for a guessed file that is not there. */
async function readFile(
  file: File,
  deps: GuardDeps & { robots: RobotsGuard },
  budget: Budget,
  { respectRobots = true }: SitemapLimits,
): Promise<{ sitemap: Sitemap; url: string; cut: boolean } | undefined> {
  const { sandbox, settings } = deps;
  const { response, url } = await fetchHops(
    {
      url: file.url,
      headers: { accept: "application/xml,text/xml,text/plain;q=0.8,*/*;q=0.5" },
      maxBytes: settings.maxBytes,
      truncate: true,
      respectRobots,
    },
    deps,
    budget,
  );
  const { status, body } = response;
  if (status < 200 || status > 299 || body === undefined) {
    if (body) sandbox.drop(body);
    if (file.guessed && status >= 400 && status < 500) return undefined;
    throw new TaskError(status >= 500 ? "http_5xx" : "http_4xx", `it answered ${status}`);
  }
  const cut = body.sizeBytes >= settings.maxBytes;
  const timeoutMs = Math.max(1, budget.deadlineMs - Date.now());
  const sitemap = await sandbox.sitemap(body, { maxEntries: MAX_FILE_ENTRIES }, {
    signal: budget.signal,
    timeoutMs,
  });
  return { sitemap, url, cut: cut || sitemap.truncated };
}
