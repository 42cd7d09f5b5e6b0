import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { startSite } from "../fakes/site.ts";
import { assertCode, BAD_CHILD, make } from "./make.ts";

const LIMIT = { timeoutMs: 20_000 };
const XML =
  "<urlset><url><loc>https://a.example/1</loc></url><url><loc>https://a.example/2</loc></url></urlset>";

Deno.test("sitemap() reads what a child has fetched, gzip or not", async () => {
  await using site = startSite({
    "/sitemap.xml": new Response(XML),
    "/sitemap.xml.gz": new Response(gzipSync(XML) as BodyInit, {
      headers: { "content-type": "application/gzip" },
    }),
    "/soft-404": "<html><body>no such page</body></html>",
  });
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  const read = async (path: string, maxEntries = 10) => {
    const { body } = await sandbox.fetch({ url: site.url + path, maxBytes: 100_000 }, LIMIT);
    return await sandbox.sitemap(body!, { maxEntries }, LIMIT);
  };
  const entries = [{ url: "https://a.example/1" }, { url: "https://a.example/2" }];
  assertEquals(await read("/sitemap.xml"), { kind: "pages", entries, truncated: false });
  assertEquals(await read("/sitemap.xml.gz"), { kind: "pages", entries, truncated: false });
  assertEquals(await read("/sitemap.xml", 1), {
    kind: "pages",
    entries: entries.slice(0, 1),
    truncated: true,
  });
  await assertCode(read("/soft-404"), "unsupported_content");
});

Deno.test("sitemap() refuses the word of a child that gives more than was asked for", async () => {
  await using site = startSite({}, XML);
  await using sandbox = make({ allowPrivateHosts: [site.host] }, BAD_CHILD);
  const { body } = await sandbox.fetch({ url: site.url, maxBytes: 100_000 }, LIMIT);
  await assertCode(sandbox.sitemap(body!, { maxEntries: 3 }, LIMIT), "handler_error");
});
