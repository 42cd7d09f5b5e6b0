import { isOfHosts } from "./host_patterns.ts";
import type { BrandProfile, BrandScrapeOptions } from "./port.ts";

/** Whether a URL is of one of the profile's hosts. Include and exclude are the crawl's business. */
export function isOfBrand(profile: BrandProfile, url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && isOfHosts(parsed, profile.hosts);
}

/**
 * What a profile asks for when this URL is scraped; undefined where the URL is not of its hosts: what it wants read, and
 * above all what it wants sent, is for those alone.
 */
export function scrapeOptionsOf(profile: BrandProfile, url: string): BrandScrapeOptions | undefined {
  if (!isOfBrand(profile, url)) return undefined;
  const { formats, fields, nextSelector, freshness, headers, render, index } = profile;
  return {
    formats,
    brandFields: fields,
    nextSelector,
    maxAgeS: freshness.maxAgeS,
    staleOkS: freshness.staleOkS,
    headers,
    render,
    index,
  };
}
