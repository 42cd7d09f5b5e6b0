import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { articlePage, startSite } from "../fakes/site.ts";
import { type Json, Judge } from "./judge.ts";
import { CRAWL_ROUTES } from "./queue_routes.ts";

const links = (...paths: string[]) => paths.map((path) => `<p><a href="${path}">${path}</a></p>`).join("");

Deno.test("every route of crawls, maps and brands answers as its document says, and does it", async (t) => {
  await using site = startSite({
    "/": articlePage("Home", links("/a.html", "/b.html", "/gone.html")),
    "/a.html": articlePage("A", links("/", "/b.html#end")),
    "/b.html": articlePage("B", `<table><tr><th>Keys</th></tr><tr><td>88</td></tr></table>`),
    "/gone.html": () => new Response("no", { status: 404 }),
    "/robots.txt": () => new Response("User-agent: *\nDisallow: /private\n"),
    "/sitemap.xml": (request) =>
      new Response(
        `<urlset><url><loc>${new URL(
          "/c.html",
          request.url,
        )}</loc><lastmod>2024-05-01</lastmod></url></urlset>`,
        { headers: { "content-type": "application/xml" } },
      ),
    "/c.html": articlePage("C"),
    "/slow.html": async () => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return new Response(articlePage("slow"), { headers: { "content-type": "text/html" } });
    },
  });
  const brands = await Deno.makeTempDir({ prefix: "tutti-brands-" });
  await Deno.writeTextFile(
    join(brands, "shop.yaml"),
    `brand: shop\nhosts: [127.0.0.1]\nstart_urls: [${site.url}/]\nsitemap: skip\nfields:\n  name: { selector: h1 }\n`,
  );
  await using judge = await Judge.start({ env: { ALLOW_PRIVATE_HOSTS: site.host, BRANDS_DIR: brands } });
  const get = async (path: string): Promise<Json> => (await judge.call(`GET ${path}`, { expect: 200 })).body;
  const post = async (path: string, json: unknown, expect: number): Promise<Json> =>
    (await judge.call(`POST ${path}`, { json, expect })).body;

  await t.step("a scrape is answered with its page", async () => {
    const page = await post("/api/scrape", {
      url: `${site.url}/b.html`,
      formats: ["markdown", "json"],
      fields: { name: { selector: "h1" }, keys: { selector: "td", type: "integer" } },
    }, 200);
    assertEquals([page.title, page.json, page.links], ["B", { name: "B", keys: 88 }, undefined]);
    assertEquals((await get(`/api/tasks/${page.task_id}`)).priority, 10);
  });

  await t.step("a scrape that fails says why, and one that takes too long is cancelled", async () => {
    const failed = await post("/api/scrape", { url: `${site.url}/gone.html` }, 502);
    assertEquals([failed.code, failed.task_error.code], ["scrape_failed", "http_4xx"]);
    assert(failed.detail.includes("404"), failed.detail);
    const late = await post("/api/scrape", { url: `${site.url}/slow.html`, deadline_ms: 500 }, 504);
    assertEquals(late.code, "deadline_exceeded");
    assertEquals((await judge.ended(late.task_id)).status, "cancelled");
  });

  await t.step("a scrape whose caller goes is cancelled", async () => {
    const gone = new AbortController();
    const asked = fetch(`${judge.service.url}/api/scrape`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: `${site.url}/slow.html`, tags: ["gone"] }),
      signal: gone.signal,
    }).catch(() => {});
    const running = await judge.until("/api/tasks?tag=gone", ({ tasks }) => tasks[0]?.status === "running");
    gone.abort();
    await asked;
    assertEquals((await judge.ended(running.tasks[0].task_id)).status, "cancelled");
  });

  await t.step("a map has the links of sitemap and page", async () => {
    const map = await post("/api/map", { url: `${site.url}/`, exclude: ["/gone"] }, 200);
    assertEquals(map.links.map(({ url, source }: Json) => [new URL(url).pathname, source]), [
      ["/", "page"],
      ["/c.html", "sitemap"],
      ["/a.html", "page"],
      ["/b.html", "page"],
    ]);
    assertEquals([map.truncated, map.warnings, map.links[1].lastmod], [false, [], "2024-05-01"]);
  });

  let crawlId = "";
  await t.step("a crawl finds the pages, and its stream follows it to the end", async () => {
    const request = { start_urls: [`${site.url}/`], formats: ["markdown"], site: "site" };
    const headers = { "idempotency-key": "k" };
    const accepted = await judge.call("POST /api/crawl", { json: request, headers, expect: 202 });
    crawlId = accepted.body.crawl_id;
    const again = await judge.call("POST /api/crawl", { json: request, headers, expect: 202 });
    assertEquals([again.body, again.headers.get("idempotency-replayed")], [accepted.body, "true"]);
    await judge.refused("POST /api/crawl", 409, "conflict", { json: { ...request, max_depth: 1 }, headers });

    const { text } = await judge.call(`GET /api/crawl/${crawlId}/results.ndjson?follow=true`, {
      expect: 200,
    });
    const lines: Json[] = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    const state = await get(`/api/crawl/${crawlId}`);
    assertEquals([state.status, state.counts.completed, state.counts.failed], ["completed", 4, 1]);
    assertEquals([state.changes.new, state.limit_reached, state.warnings], [4, false, []]);
    assertEquals(lines.map(({ url }) => new URL(url).pathname).toSorted(), [
      "/",
      "/a.html",
      "/b.html",
      "/c.html",
      "/gone.html",
    ]);
    const home = lines.find(({ url }) => url === `${site.url}/`);
    assert(home.result.markdown.includes("Home"));
    assertEquals(home.result.links, undefined);
    assertEquals(lines.find(({ url }) => url.endsWith("/gone.html")).error.code, "http_4xx");
  });

  await t.step("pages and results of it, page by page", async () => {
    const seen: Json[] = [];
    for (let path = `/api/crawl/${crawlId}/results?limit=2`; path !== null;) {
      const page = await get(path);
      seen.push(...page.results);
      path = page.next;
    }
    assertEquals(seen.length, 5);
    assertEquals((await get(`/api/crawl/${crawlId}/pages?state=failed`)).pages.length, 1);
    assertEquals((await get("/api/crawl")).crawls.map(({ crawl_id }: Json) => crawl_id), [crawlId]);
  });

  await t.step("a crawl is cancelled once", async () => {
    const { crawl_id } = await post("/api/crawl", { start_urls: [`${site.url}/slow.html`] }, 202);
    const { body } = await judge.call(`DELETE /api/crawl/${crawl_id}`, { expect: 200 });
    assertEquals(body.crawl_id, crawl_id);
    assertEquals(
      (await judge.until(`/api/crawl/${crawl_id}`, (crawl) => crawl.status !== "running")).status,
      "cancelled",
    );
    await judge.refused(`DELETE /api/crawl/${crawl_id}`, 409, "conflict");
    await judge.refused("GET /api/crawl/none", 404, "not_found");
  });

  await t.step("a brand: shown, tried on a page, crawled by its profile", async () => {
    assertEquals((await get("/api/brands")).brands.length, 1);
    assertEquals((await get("/api/brands/shop")).brand, "shop");
    const tried = await post("/api/brands/shop/preview", { url: `${site.url}/a.html` }, 200);
    assertEquals(tried.fields, { name: "A" });
    const { crawl_id } = await post("/api/brands/shop/crawl", { max_pages: 2 }, 202);
    const crawl = await judge.until(`/api/crawl/${crawl_id}`, ({ status }) => status === "completed");
    assertEquals([crawl.request.site, crawl.request.max_pages, crawl.limit_reached], ["shop", 2, true]);
  });

  await t.step("each of these routes was asked, and answered well", () => {
    assertEquals(judge.unanswered(CRAWL_ROUTES), []);
  });
  await Deno.remove(brands, { recursive: true });
});
