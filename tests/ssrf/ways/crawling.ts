import type { ServiceProcess } from "../../e2e/service_process.ts";
import type { Reply } from "../canary.ts";
import type { Vector } from "../vectors.ts";
import {
  endOfAccepted,
  escapeXml,
  type Ground,
  inParallel,
  refusalOf,
  sitesFor,
  type Way,
} from "./ground.ts";

const AT_ONCE = 16;
const html = (body: string): Reply => ({ headers: { "content-type": "text/html" }, body });
const xml = (body: string): Reply => ({ headers: { "content-type": "application/xml" }, body });
const page = html("<title>one</title><p>one page");

export interface CrawlBody {
  crawl_id: string;
  status: string;
}

/** The end of a crawl; its pages' states, or codes, by URL. */
async function crawl(
  { service }: Ground,
  request: Record<string, unknown>,
): Promise<Map<string, string> | string> {
  const { status, body } = await service.json<CrawlBody>("/api/crawl", {
    method: "POST",
    body: JSON.stringify({ scope: "any", max_concurrent: 32, formats: ["text"], ...request }),
  });
  if (status !== 202) return refusalOf(status, body);
  return await pagesOf(service, body.crawl_id);
}

/** The states, or codes, of a crawl's pages by URL, once it has ended. */
export async function pagesOf(service: ServiceProcess, crawlId: string): Promise<Map<string, string>> {
  const path = `/api/crawl/${crawlId}`;
  while ((await service.json<CrawlBody>(path)).body.status === "running") {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const states = new Map<string, string>();
  for (let next: string | null = `${path}/pages?limit=200`; next;) {
    const part: { pages: { url: string; state: string; error?: { code: string } }[]; next: string | null } =
      (await service.json<typeof part>(next)).body;
    for (const { url, state, error } of part.pages) states.set(url, error?.code ?? state);
    next = part.next;
  }
  return states;
}

/** One crawl over a site for each vector. */
function bySites(name: string, options: {
  prefix: string;
  pagesOf: (vector: Vector) => Record<string, Reply>;
  request: Record<string, unknown>;
  reaches?: boolean;
}): Way {
  const { prefix, pagesOf, request, reaches = true } = options;
  return {
    name,
    reaches,
    run: async (ground, vectors) => {
      const startUrls = sitesFor(ground, vectors, prefix, (vector) => ({ "/": page, ...pagesOf(vector) }));
      const ends = await crawl(ground, { start_urls: startUrls, ...request });
      if (typeof ends === "string") throw new Error(`${name}: the crawl was refused: ${ends}`);
      return new Map();
    },
  };
}

const URLSET = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`;
const INDEX = `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`;
const WITH_SITEMAPS = { sitemap: "include", max_depth: 1 };
const LINKS_ONLY = { sitemap: "skip", max_depth: 1 };

export const CRAWLING: readonly Way[] = [
  {
    name: "a start page of a crawl",
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const pages = await crawl(ground, { start_urls: [url], max_depth: 0, max_pages: 2, sitemap: "skip" });
        ends.set(id, typeof pages === "string" ? pages : [...pages.values()].join());
      });
      return ends;
    },
  },
  {
    name: "a start page of a crawl that is a task",
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const input = { start_urls: [url], max_depth: 0, max_pages: 2, sitemap: "skip" };
        const end = await endOfAccepted(ground, "/api/tasks", {
          type: "crawl",
          task_id: `start-${id}`,
          input,
          max_attempts: 1,
        });
        const pages = end === "completed" && await pagesOf(ground.service, `crawl-start-${id}`);
        ends.set(id, pages ? [...pages.values()].join() : end);
      });
      return ends;
    },
  },
  {
    name: "the sitemaps of a start page's site",
    reaches: false, // of the vectors' own paths
    run: async (ground, vectors) => {
      await inParallel(vectors, AT_ONCE, async ({ url }) => {
        await crawl(ground, { start_urls: [url], max_pages: 2, sitemap: "only" });
      });
      return new Map();
    },
  },
  {
    name: "links of a page in a crawl",
    reaches: true,
    run: async (ground, vectors) => {
      const links = vectors.map(({ url }) => `<a href="${escapeXml(url)}">x</a>`).join("\n");
      ground.canary.pages.set("links.entry.test/", html(`<title>links</title>${links}`));
      await crawl(ground, { start_urls: ["http://links.entry.test/"], ...LINKS_ONLY });
      return new Map();
    },
  },
  bySites("the base of a page's links", {
    prefix: "base",
    pagesOf: ({ url }) => ({
      "/": html(`<base href="${escapeXml(url)}"><a href="">x</a><a href="/deep">x</a>`),
    }),
    request: LINKS_ONLY,
  }),
  bySites("a meta refresh in a crawl", {
    prefix: "refresh",
    pagesOf: ({ url }) => ({
      "/": html(`<meta http-equiv="refresh" content="0; url=${escapeXml(url)}"><p>x`),
    }),
    request: LINKS_ONLY,
  }),
  bySites("a canonical link", {
    prefix: "canonical",
    pagesOf: ({ url }) => ({ "/": html(`<link rel="canonical" href="${escapeXml(url)}"><p>x`) }),
    request: LINKS_ONLY,
    reaches: false, // not every site is believed
  }),
  bySites("a redirect of a start page", {
    prefix: "moved",
    pagesOf: ({ url }) => ({ "/": { status: 302, headers: { location: encodeURI(url) } } }),
    request: LINKS_ONLY,
    reaches: false, // encodeURI() is not how every vector would be written by a server
  }),
  bySites("a sitemap that robots.txt names", {
    prefix: "named",
    pagesOf: ({ url }) => ({
      "/robots.txt": { body: `User-agent: *\nSitemap: ${url.replaceAll("\n", "")}\n` },
    }),
    request: WITH_SITEMAPS,
  }),
  bySites("an entry of a sitemap", {
    prefix: "entry",
    pagesOf: ({ url }) => ({
      "/sitemap.xml": xml(`${URLSET}<url><loc>${escapeXml(url)}</loc></url></urlset>`),
    }),
    request: WITH_SITEMAPS,
  }),
  bySites("an entry of a sitemap index", {
    prefix: "index",
    pagesOf: ({ url }) => ({
      "/sitemap.xml": xml(`${INDEX}<sitemap><loc>${escapeXml(url)}</loc></sitemap></sitemapindex>`),
    }),
    request: WITH_SITEMAPS,
  }),
  bySites("a redirect of a sitemap", {
    prefix: "map-moved",
    pagesOf: ({ url }) => ({ "/sitemap.xml": { status: 301, headers: { location: encodeURI(url) } } }),
    request: WITH_SITEMAPS,
    reaches: false,
  }),
  bySites("a redirect of robots.txt", {
    prefix: "robots-moved",
    pagesOf: ({ url }) => ({ "/robots.txt": { status: 301, headers: { location: encodeURI(url) } } }),
    request: LINKS_ONLY,
    reaches: false,
  }),
];
