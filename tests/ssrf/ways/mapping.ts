import type { Reply } from "../canary.ts";
import { endOfAccepted, escapeXml, inParallel, refusalOf, sitesFor, type Way } from "./ground.ts";
import type { Vector } from "../vectors.ts";

const AT_ONCE = 16;

function bySites(
  name: string,
  prefix: string,
  reaches: boolean,
  pagesOf: (url: string) => Record<string, Reply>,
): Way {
  return {
    name,
    reaches,
    run: async (ground, vectors: readonly Vector[]) => {
      const sites = sitesFor(ground, vectors, prefix, ({ url }) => pagesOf(url));
      await inParallel(sites, AT_ONCE, async (url) => {
        await ground.service.json("/api/map", {
          method: "POST",
          body: JSON.stringify({ url, scope: "any" }),
        });
      });
      return new Map();
    },
  };
}

export const MAPPING: readonly Way[] = [
  {
    name: "POST /api/map",
    reaches: true,
    run: async ({ service }, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const request = { url, sitemap: "skip", deadline_ms: 20_000 };
        const { status, body } = await service.json("/api/map", {
          method: "POST",
          body: JSON.stringify(request),
        });
        ends.set(id, status === 200 ? "completed" : refusalOf(status, body));
      });
      return ends;
    },
  },
  {
    name: "a map that is a task",
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const request = { type: "map", input: { url }, max_attempts: 1 };
        ends.set(id, await endOfAccepted(ground, "/api/tasks", request));
      });
      return ends;
    },
  },
  bySites("a sitemap that robots.txt names, in a map", "m-named", true, (url) => ({
    "/robots.txt": { body: `User-agent: *\nSitemap: ${url.replaceAll("\n", "")}\n` },
  })),
  bySites("an entry of a sitemap index, in a map", "m-index", true, (url) => ({
    "/sitemap.xml": {
      headers: { "content-type": "application/xml" },
      body: `<sitemapindex><sitemap><loc>${escapeXml(url)}</loc></sitemap></sitemapindex>`,
    },
  })),
  bySites("a redirect of a page, in a map", "m-moved", false, (url) => ({
    "/": { status: 302, headers: { location: encodeURI(url) } },
  })),
];
