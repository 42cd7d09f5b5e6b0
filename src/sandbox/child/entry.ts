import { serveChild } from "./serve.ts";

/**
 * The composition root of a sandbox child. It runs with no file, environment or run permission; whatever happens in
 * here costs this process at most.
 */
await serveChild({
  async loadParsers() {
    const { extractBody } = await import("../../scraping/extract/mod.ts");
    const { parseRobots } = await import("../../scraping/robots.ts");
    const { parseSitemap } = await import("../../scraping/extract/sitemap.ts");
    return { extractPage: extractBody, parseRobots, parseSitemap };
  },
});
