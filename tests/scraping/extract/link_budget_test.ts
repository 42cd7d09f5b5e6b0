import { assert, assertEquals } from "@std/assert";
import { extractPage } from "../../../src/scraping/extract/mod.ts";

Deno.test("links of a page are bounded by the length of their addresses too, the first ones stay", async () => {
  const path = "x".repeat(1900);
  const html = Array.from({ length: 2000 }, (_, i) => `<a href="/${i}/${path}">${i}</a>`).join("\n");
  const { links = [] } = await extractPage(new TextEncoder().encode(`<p>long</p>${html}`), {
    url: "https://a.example/",
    contentType: "text/html",
    formats: ["links"],
  });
  const chars = links.reduce((sum, { url }) => sum + url.length, 0);
  assert(chars > 900_000 && chars < 1_100_000, `${chars} characters in ${links.length} links`);
  assertEquals(links[0]!.text, "0");
});
