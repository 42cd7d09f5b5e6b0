import { assertEquals, assertThrows } from "@std/assert";
import type { BrandProfile } from "../../src/brands/port.ts";
import { crawlRequestOf } from "../../src/http/crawl_request.ts";
import { newCrawl } from "../../src/http/schemas/new_crawl.ts";
import { ServiceError } from "../../src/platform/errors.ts";
import { brandProfile } from "../fakes/fake_brands.ts";

const PROFILE = brandProfile("halilit", {
  include: ["/products/"],
  exclude: ["/cart"],
  sitemap: "only",
  maxDepth: 4,
  maxPages: 500,
  formats: ["markdown", "product", "json"],
  freshness: { maxAgeS: 60, staleOkS: 120, minIntervalS: 10, maxIntervalS: 20 },
  render: "auto",
});

function made(body: unknown, profile: BrandProfile | undefined, maxPages = 10_000) {
  return crawlRequestOf(newCrawl(maxPages).parse(body), profile, maxPages);
}

Deno.test("crawlRequestOf() takes everything from the profile where the body names a brand and no more", () => {
  assertEquals(made({ brand: "halilit" }, PROFILE), {
    startUrls: ["https://halilit.example/"],
    hosts: ["halilit.example"],
    maxDepth: 4,
    maxPages: 500,
    include: ["/products/"],
    exclude: ["/cart"],
    sitemap: "only",
    brand: "halilit",
    // Its own fields come with its pages; as `json` they would need fields that the body does not give.
    scrape: { formats: ["markdown", "product"], maxAgeS: 60, staleOkS: 120, render: "auto" },
    site: "halilit",
    intervals: { minS: 10, maxS: 20 },
  });
});

Deno.test("crawlRequestOf() lets every word of the body win over the profile's", () => {
  const body = {
    brand: "halilit",
    max_depth: 0,
    max_pages: 9,
    include: [],
    exclude: ["/x"],
    sitemap: "skip",
    formats: ["text"],
    max_age_s: 0,
    stale_ok_s: 0,
    render: "never",
    site: "mine",
    intervals: { min_s: 1, max_s: 2 },
  };
  assertEquals(made(body, PROFILE), {
    startUrls: ["https://halilit.example/"],
    hosts: ["halilit.example"],
    maxDepth: 0,
    maxPages: 9,
    include: [],
    exclude: ["/x"],
    sitemap: "skip",
    brand: "halilit",
    scrape: { formats: ["text"], maxAgeS: 0, staleOkS: 0, render: "never" },
    site: "mine",
    intervals: { minS: 1, maxS: 2 },
  });
});

Deno.test("crawlRequestOf() takes a brand as a label where the body has start pages", () => {
  assertEquals(made({ brand: "halilit", start_urls: ["https://a.example/"] }, PROFILE), {
    startUrls: ["https://a.example/"],
    brand: "halilit",
  });
});

Deno.test("crawlRequestOf() holds a profile to the highest number of pages there is", () => {
  assertEquals(made({ brand: "halilit" }, PROFILE, 100).maxPages, 100);
});

Deno.test("crawlRequestOf() lets a profile's name stand for the site that due_only needs", () => {
  assertEquals(made({ brand: "halilit", due_only: true }, PROFILE).dueOnly, true);
  const error = assertThrows(
    () => made({ start_urls: ["https://a.example/"], brand: "halilit", due_only: true }, PROFILE),
    ServiceError,
  );
  assertEquals(error.fields?.map(({ path }) => path), ["due_only"]);
});

Deno.test("crawlRequestOf() asks for no formats where the profile's are nothing but json", () => {
  const { scrape } = made({ brand: "halilit" }, brandProfile("halilit", { formats: ["json"] }));
  assertEquals(scrape, { render: "never" });
});
