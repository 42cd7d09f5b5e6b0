import { assertEquals, assertRejects } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { mapSite } from "../../src/scraping/map.ts";
import type { MapRequest } from "../../src/scraping/port.ts";
import { html, index, sitemapWeb, urlset } from "./sitemap_web.ts";

const S = "https://s.example";

function map(it: ReturnType<typeof sitemapWeb>, request: Partial<MapRequest> = {}) {
  return mapSite({ url: `${S}/`, ...request }, it.deps);
}

const urlsOf = ({ links }: { links: { url: string }[] }) => links.map(({ url }) => url);

Deno.test("mapSite() gives the page, what the sitemaps name and what it links to, each address once", async () => {
  using it = sitemapWeb({
    [`${S}/`]: html("Home", [["/b?utm_source=x", "B"], ["/c#top", " C "], ["/c", "again"], [
      "mailto:a@b.c",
      "m",
    ]]),
    [`${S}/sitemap.xml`]: urlset([[`${S}/a`, "2024-05-01"], `${S}/b`]),
  });
  assertEquals(await map(it), {
    url: `${S}/`,
    links: [
      { url: `${S}/`, source: "page", title: "Home" },
      { url: `${S}/a`, source: "sitemap", lastmod: "2024-05-01" },
      { url: `${S}/b`, source: "sitemap", title: "B" },
      { url: `${S}/c`, source: "page", title: "C" },
    ],
    truncated: false,
    warnings: [],
  });
});

Deno.test("mapSite() reads sitemaps only, or none, where it is told so", async () => {
  const pages = {
    [`${S}/`]: html("Home", [["/b", "B"]]),
    [`${S}/sitemap.xml`]: urlset([`${S}/a`]),
  };
  using only = sitemapWeb(pages);
  assertEquals(urlsOf(await map(only, { sitemap: "only" })), [`${S}/a`]);
  assertEquals(only.web.urls().includes(`${S}/`), false);
  using skip = sitemapWeb(pages);
  assertEquals(urlsOf(await map(skip, { sitemap: "skip" })), [`${S}/`, `${S}/b`]);
  assertEquals(skip.web.urls().includes(`${S}/sitemap.xml`), false);
});

for (
  const [scope, urls] of [
    [undefined, [`${S}/`, "https://www.s.example/w"]],
    ["domain", [`${S}/`, "https://www.s.example/w", "https://shop.s.example/s"]],
    ["any", [`${S}/`, "https://www.s.example/w", "https://shop.s.example/s", "https://others.example/o"]],
  ] as const
) {
  Deno.test(`mapSite() keeps to ${scope ?? "the host"}`, async () => {
    using it = sitemapWeb({
      [`${S}/`]: html("Home", [
        ["https://www.s.example/w", "w"],
        ["https://shop.s.example/s", "s"],
        ["https://others.example/o", "o"],
      ]),
    });
    assertEquals(urlsOf(await map(it, { scope })), urls as unknown as string[]);
  });
}

Deno.test("mapSite() maps the site that the page redirects to", async () => {
  using it = sitemapWeb({
    [`${S}/`]: { status: 301, headers: { location: "https://new.example/" } },
    "https://new.example/": html("New", [["/b", "B"], [`${S}/old`, "old"]]),
    "https://new.example/sitemap.xml": urlset(["https://new.example/a"]),
  });
  assertEquals(urlsOf(await map(it)), [
    "https://new.example/",
    "https://new.example/a",
    "https://new.example/b",
    `${S}/old`,
  ]);
});

Deno.test("mapSite() keeps what include and exclude let through", async () => {
  using it = sitemapWeb({
    [`${S}/`]: html("Home", [["/products/b", "B"], ["/products/b?sort=up", "sorted"]]),
    [`${S}/sitemap.xml`]: urlset([`${S}/products/a`, `${S}/news`]),
  });
  const found = await map(it, { include: ["/products/"], exclude: ["*?sort="] });
  assertEquals(urlsOf(found), [`${S}/products/a`, `${S}/products/b`]);
});

Deno.test("mapSite() stops at the limit, and tells whether there were more", async () => {
  for (const [limit, truncated] of [[3, true], [4, false]] as const) {
    using it = sitemapWeb({
      [`${S}/`]: html("Home", [["/c", "C"]]),
      [`${S}/sitemap.xml`]: urlset([`${S}/a`, `${S}/b`]),
    });
    const found = await map(it, { limit });
    assertEquals([found.links.length, found.truncated], [limit, truncated]);
  }
});

Deno.test("mapSite() puts in front what fits the words it is to look for, also of links beyond the limit", async () => {
  using it = sitemapWeb({
    [`${S}/`]: html("Home", [["/x", "A stage piano"]]),
    [`${S}/sitemap.xml`]: urlset([
      `${S}/a`,
      `${S}/pianos`,
      `${S}/%D7%A4%D7%A1%D7%A0%D7%AA%D7%A8`,
      `${S}/piano-stand`,
    ]),
  });
  const found = await map(it, { search: "Stage PIANO", limit: 3 });
  assertEquals(urlsOf(found), [`${S}/x`, `${S}/piano-stand`, `${S}/pianos`]);
  assertEquals(found.truncated, true);
  assertEquals(urlsOf(await map(it, { search: "פסנתר", limit: 1 })), [`${S}/%D7%A4%D7%A1%D7%A0%D7%AA%D7%A8`]);
});

Deno.test("mapSite() makes a warning of a broken sitemap, and of a start page that cannot be had", async () => {
  using broken = sitemapWeb({
    [`${S}/`]: html("Home", [["/b", "B"]]),
    [`${S}/sitemap.xml`]: index([`${S}/gone.xml`]),
  });
  const one = await map(broken);
  assertEquals(urlsOf(one), [`${S}/`, `${S}/b`]);
  assertEquals(one.warnings, [`${S}/gone.xml: it answered 404`]);
  using headless = sitemapWeb({
    [`${S}/`]: { status: 500, body: "no" },
    [`${S}/sitemap.xml`]: urlset([`${S}/a`]),
  });
  const two = await map(headless);
  assertEquals([urlsOf(two), two.warnings], [[`${S}/a`], [`${S}/ answered 500`]]);
});

for (
  const [what, answer, code] of [
    ["answers 404", { status: 404, body: "none" }, "http_4xx"],
    ["answers 503", { status: 503, body: "later" }, "http_5xx"],
    ["is not there", { error: new TaskError("dns", "no such name") }, "dns"],
    [
      "leads to a private address",
      { status: 302, headers: { location: "http://127.0.0.1/" } },
      "blocked_address",
    ],
  ] as const
) {
  Deno.test(`mapSite() fails with ${code} where the page ${what} and no sitemap gives anything`, async () => {
    using it = sitemapWeb({ [`${S}/`]: answer });
    assertEquals((await assertRejects(() => map(it), TaskError)).code, code);
    assertEquals(it.web.urls().some((url) => url.includes("127.0.0.1")), false);
  });
}

Deno.test("mapSite() fetches no address that may not be fetched, and asks nothing of a site whose robots.txt says so", async () => {
  using it = sitemapWeb({});
  const error = await assertRejects(() => map(it, { url: "http://10.0.0.1/" }), TaskError);
  assertEquals([error.code, it.web.requests.length], ["blocked_address", 0]);
  using denied = sitemapWeb({
    [`${S}/robots.txt`]: { headers: { "content-type": "text/plain" }, body: "User-agent: *\nDisallow: /\n" },
    [`${S}/`]: html("Home"),
    [`${S}/sitemap.xml`]: urlset([`${S}/a`]),
  });
  assertEquals((await assertRejects(() => map(denied), TaskError)).code, "robots_denied");
  assertEquals(denied.web.urls(), [`${S}/robots.txt`]);
  using forced = sitemapWeb({
    [`${S}/robots.txt`]: { headers: { "content-type": "text/plain" }, body: "User-agent: *\nDisallow: /\n" },
    [`${S}/`]: html("Home"),
  });
  assertEquals(urlsOf(await map(forced, { respectRobots: false })), [`${S}/`]);
});
