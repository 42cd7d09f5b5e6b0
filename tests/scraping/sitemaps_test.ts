import { assertEquals, assertRejects } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { readSitemaps, type SitemapLimits } from "../../src/scraping/sitemaps.ts";
import { index, sitemapWeb, text, urlset } from "./sitemap_web.ts";

const S = "https://s.example";

function read(it: ReturnType<typeof sitemapWeb>, limits: Partial<SitemapLimits> = {}, budgetMs = 5000) {
  return readSitemaps(S, it.deps, { deadlineMs: Date.now() + budgetMs }, { maxEntries: 1000, ...limits });
}

Deno.test("readSitemaps() reads those robots.txt names and /sitemap.xml, each page once, dates kept", async () => {
  using it = sitemapWeb({
    [`${S}/robots.txt`]: text(`Sitemap: ${S}/named.xml\nSitemap: https://cdn.example/list.txt\n`),
    [`${S}/named.xml`]: urlset([[`${S}/a`, "2024-05-01"], `${S}/b`]),
    "https://cdn.example/list.txt": text(`${S}/c\n${S}/b\n`),
    [`${S}/sitemap.xml`]: urlset([`${S}/d`, `${S}/a`]),
  });
  assertEquals(await read(it), {
    entries: [
      { url: `${S}/a`, lastmod: "2024-05-01" },
      { url: `${S}/b` },
      { url: `${S}/c` },
      { url: `${S}/d` },
    ],
    truncated: false,
    warnings: [],
  });
});

Deno.test("readSitemaps() takes a site without sitemaps for one with no pages, and says nothing of it", async () => {
  using it = sitemapWeb({ [`${S}/robots.txt`]: text("User-agent: *\nDisallow: /sitemap.xml\n") });
  assertEquals(await read(it), { entries: [], truncated: false, warnings: [] });
  assertEquals(it.web.urls(), [`${S}/robots.txt`]);
  using bare = sitemapWeb({});
  assertEquals(await read(bare), { entries: [], truncated: false, warnings: [] });
});

Deno.test("readSitemaps() follows an index, and indexes of indexes up to the limit", async () => {
  using it = sitemapWeb({
    [`${S}/sitemap.xml`]: index([`${S}/1.xml`, `${S}/pages.xml`]),
    [`${S}/pages.xml`]: urlset([`${S}/a`]),
    [`${S}/1.xml`]: index([`${S}/2.xml`]),
    [`${S}/2.xml`]: index([`${S}/3.xml`]),
    [`${S}/3.xml`]: urlset([`${S}/deep`]),
  });
  const all = await read(it);
  assertEquals(all.entries.map(({ url }) => url), [`${S}/a`, `${S}/deep`]);
  const few = await read(it, { maxDepth: 2 });
  assertEquals(few.entries.map(({ url }) => url), [`${S}/a`]);
  assertEquals(few.warnings, [`${S}/2.xml is an index below 2 others; it is not followed`]);
});

Deno.test("readSitemaps() reads an index that names itself once", async () => {
  using it = sitemapWeb({
    [`${S}/sitemap.xml`]: index([`${S}/sitemap.xml`, `${S}/b.xml`]),
    [`${S}/b.xml`]: index([`${S}/sitemap.xml`, `${S}/b.xml`]),
  });
  await read(it);
  assertEquals(it.web.urls().filter((url) => url.endsWith(".xml")), [`${S}/sitemap.xml`, `${S}/b.xml`]);
});

Deno.test("readSitemaps() reads no more files than it may, and says so", async () => {
  const many = Array.from({ length: 500 }, (_, i) => `${S}/${i}.xml`);
  using it = sitemapWeb({
    [`${S}/sitemap.xml`]: index(many),
    ...Object.fromEntries(many.map((url) => [url, urlset([url.replace(".xml", "")])])),
  });
  const found = await read(it, { maxFiles: 10 });
  assertEquals([found.entries.length, found.truncated], [9, true]);
  assertEquals(found.warnings, ["There are more than 10 sitemaps; the others are not read"]);
});

Deno.test("readSitemaps() stops at the entries it may take, and tells whether there were more", async () => {
  const urls = (count: number) => Array.from({ length: count }, (_, i) => `${S}/${i}`);
  for (const [count, truncated] of [[5, false], [6, true]] as const) {
    using it = sitemapWeb({ [`${S}/sitemap.xml`]: urlset(urls(count)) });
    const found = await read(it, { maxEntries: 5 });
    assertEquals([found.entries.length, found.truncated], [5, truncated]);
  }
  using two = sitemapWeb({
    [`${S}/sitemap.xml`]: index([`${S}/a.xml`, `${S}/b.xml`, `${S}/c.xml`]),
    [`${S}/a.xml`]: urlset(urls(6)),
    [`${S}/b.xml`]: urlset(urls(6)),
  });
  await read(two, { maxEntries: 5 });
  assertEquals(two.web.urls().includes(`${S}/b.xml`), false);
});

Deno.test("readSitemaps() counts only the entries it is to take", async () => {
  using it = sitemapWeb({ [`${S}/sitemap.xml`]: urlset([`${S}/a`, `${S}/b`, `${S}/c`, `${S}/d`]) });
  const found = await read(it, { maxEntries: 2, accepts: ({ pathname }) => /[bd]$/.test(pathname) });
  assertEquals([found.entries.map(({ url }) => url), found.truncated], [[`${S}/b`, `${S}/d`], false]);
});

Deno.test("readSitemaps() makes a warning of each file that cannot be read, and reads the others", async () => {
  using it = sitemapWeb({
    [`${S}/robots.txt`]: text(
      ["gone.xml", "down.xml", "page.xml", "dead.xml"].map((name) => `Sitemap: ${S}/${name}`).join("\n") +
        "\nSitemap: http://127.0.0.1/sitemap.xml\nSitemap: nonsense\n",
    ),
    [`${S}/down.xml`]: { status: 503, body: "later" },
    [`${S}/page.xml`]: { body: "<!doctype html><html><body><p>No sitemap</p></body></html>" },
    [`${S}/dead.xml`]: { error: new TaskError("connect", "it hung up") },
    [`${S}/sitemap.xml`]: urlset([`${S}/a`]),
  });
  const { entries, warnings } = await read(it);
  assertEquals(entries, [{ url: `${S}/a` }]);
  assertEquals(warnings.map((each) => each.split(": ")[0]!.split("/").pop()), [
    "gone.xml",
    "down.xml",
    "page.xml",
    "dead.xml",
    "sitemap.xml",
    "nonsense",
  ]);
  assertEquals(it.web.urls().some((url) => url.includes("127.0.0.1")), false);
});

Deno.test("readSitemaps() takes the beginning of a file that is too long, and says that it is not all", async () => {
  const file = urlset([`${S}/a`, `${S}/b`]);
  const maxBytes = file.body!.length;
  using it = sitemapWeb({
    [`${S}/robots.txt`]: text(`Sitemap: ${S}/sitemap.xml\nSitemap: ${S}/more.xml\n`),
    [`${S}/sitemap.xml`]: file,
    [`${S}/more.xml`]: urlset([`${S}/c`]),
  }, { maxBytes });
  const found = await read(it);
  assertEquals([found.entries.length, found.truncated], [3, true]);
  const request = it.web.requests.find(({ url }) => url.endsWith("sitemap.xml"))!;
  assertEquals([request.maxBytes, request.truncate], [maxBytes, true]);
});

Deno.test("readSitemaps() asks every host for its turn, and obeys robots.txt unless told not to", async () => {
  const pages = {
    [`${S}/robots.txt`]: text(`User-agent: *\nDisallow: /private\nSitemap: ${S}/private.xml\n`),
    [`${S}/private.xml`]: urlset([`${S}/a`]),
  };
  using it = sitemapWeb(pages);
  const obedient = await read(it);
  assertEquals([obedient.entries, obedient.warnings.length], [[], 1]);
  assertEquals(it.services.acquired.some((key) => key.startsWith("host:s.example")), true);
  using other = sitemapWeb(pages);
  assertEquals((await read(other, { respectRobots: false })).entries, [{ url: `${S}/a` }]);
});

Deno.test("readSitemaps() gives what it has when there is no time left", async () => {
  using it = sitemapWeb({ [`${S}/sitemap.xml`]: urlset([`${S}/a`]) });
  const found = await read(it, {}, 50);
  assertEquals([found.entries, found.truncated], [[], true]);
  assertEquals(found.warnings, ["There was no time left to read all sitemaps"]);
});

Deno.test("readSitemaps() fails where the origin cannot be had at all, and stops when aborted", async () => {
  using it = sitemapWeb({ [`${S}/robots.txt`]: { error: new TaskError("dns", "no such name") } });
  assertEquals((await assertRejects(() => read(it), TaskError)).code, "dns");
  using other = sitemapWeb({ [`${S}/sitemap.xml`]: urlset([`${S}/a`]) });
  const reason = new Error("enough");
  const { deps } = other;
  const error = await assertRejects(() =>
    readSitemaps(S, deps, { deadlineMs: Date.now() + 5000, signal: AbortSignal.abort(reason) }, {
      maxEntries: 5,
    })
  );
  assertEquals(error, reason);
});
