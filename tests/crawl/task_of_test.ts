import { assertEquals } from "@std/assert";
import { resolveRequest } from "../../src/crawl/resolve_request.ts";
import { taskOf } from "../../src/crawl/task_of.ts";

Deno.test("a crawl's credentials go to the origins of its start pages, its other headers everywhere", () => {
  const request = resolveRequest({
    startUrls: ["https://shop.example/"],
    scope: "any",
    scrape: { headers: { authorization: "Bearer x", cookie: "a=b", "accept-language": "he" } },
  }, { maxPages: 100 });
  const sent = (url: string) => {
    const { input } = taskOf({ crawlId: "crawl_1", kind: "page", number: 1, url }, request);
    return Object.keys((input as { headers: Record<string, string> }).headers);
  };
  assertEquals(sent("https://shop.example/deep?q=1"), ["authorization", "cookie", "accept-language"]);
  for (const elsewhere of ["http://shop.example/", "https://shop.example:8443/", "https://other.example/"]) {
    assertEquals(sent(elsewhere), ["accept-language"]);
  }
});
