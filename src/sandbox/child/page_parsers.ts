import type { ExtractedPage, ExtractRequest, RobotsRules, Sitemap } from "../port.ts";

/** The parsers of strangers' bytes, which run in a child and nowhere else. */
export interface PageParsers {
  extractPage(bytes: Uint8Array, request: ExtractRequest): ExtractedPage | Promise<ExtractedPage>;
  parseRobots(text: string, agent: string): RobotsRules;
  parseSitemap(bytes: Uint8Array, request: { maxEntries: number }): Sitemap | Promise<Sitemap>;
}
