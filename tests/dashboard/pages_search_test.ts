import { assert, assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { until } from "../e2e/search_service.ts";
import { lacks } from "../needs.ts";
import { openPage } from "./browser.ts";

/** A port of this machine where nothing answers. */
function deadPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

const ENGLISH =
  "The stage piano weighs 14.8 kg. Bold it is, < 15 & > 14, with 88 keys of graded hammer action.";
const HEBREW = "הפסנתר SP-88 שוקל 14.8 ק״ג. לפסנתר יש 88 קלידים משוקללים ורמקולים מובנים.";

Deno.test({
  name: "the search page in a browser, while Chroma does not answer",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async (t) => {
    await using service = await startService({ env: { CHROMA_URL: `http://127.0.0.1:${deadPort()}` } });
    await using it = await openPage();
    const { page } = it;

    await t.step("with nothing indexed it says so", async () => {
      await page.goto(`${service.url}/search`);
      await it.sees(".state-title", "Nothing is indexed yet");
      assertEquals(await it.focused(), "Search for");
    });

    for (const [id, text, brand] of [["en-1", ENGLISH, "acme"], ["he-1", HEBREW, "גליל"]] as const) {
      await service.json("/api/documents", {
        method: "POST",
        body: JSON.stringify({ document_id: id, text, title: `Title of ${id}`, brand }),
      });
    }

    await until("two documents", async () => {
      const { body } = await service.json<{ documents: number }>("/api/index");
      return body.documents === 2;
    });

    await t.step(
      "a question shows passages with what was found, and says that vectors were not asked",
      async () => {
        await page.reload();
        await it.sees(".page-actions", "2 documents");
        await page.type('input[name="q"]', "piano weighs bold");
        await page.keyboard.press("Enter");
        await it.sees(".notice", "Found by words alone");
        const marks = await page.$$eval(
          '[data-chunk^="en-1"] mark',
          (each) => each.map((one) => one.textContent),
        );
        assert(marks.includes("piano") && marks.includes("Bold"), marks.join());
        // What a stranger wrote is text, not markup.
        await it.sees(".snippet", "< 15 & > 14");
        await it.sees(".passage-facts", /words #1.*vectors not found.*handed in/s);
        assertEquals(new URL(page.url()).search, "?q=piano+weighs+bold");
      },
    );

    await t.step("Hebrew is found by an inflected word and laid out from right to left", async () => {
      await page.goto(`${service.url}/search?q=${encodeURIComponent("פסנתר")}`);
      await it.sees('[data-chunk^="he-1"] mark', "פסנתר");
      assertEquals(
        await page.$eval('[data-chunk^="he-1"] .snippet', (each) => getComputedStyle(each).direction),
        "rtl",
      );
    });

    await t.step(
      "mode, language, brand and grouping are asked at once and stand in the address",
      async () => {
        await page.goto(`${service.url}/search?q=88`);
        await it.sees(".found", "2 passages");
        await page.select(".search-options label:nth-of-type(2) select", "he");
        await it.sees(".found", "1 passage");
        await page.select(".search-options label:nth-of-type(1) select", "keyword");
        await page.waitForFunction(() => document.querySelector(".notice") === null);
        await page.click(".check input");
        await it.sees(".found", "1 passage of 1 page");
        await page.type('input[list="search-brands"]', "acme");
        await page.keyboard.press("Enter");
        await it.sees(".state-title", "Nothing was found");
        const query = new URL(page.url()).searchParams;
        assertEquals(
          ["q", "lang", "mode", "group", "brand"].map((name) => query.get(name)),
          ["88", "he", "keyword", "page", "acme"],
        );
      },
    );

    await t.step("vectors alone are refused in the service's own words", async () => {
      const before = it.complaints.length;
      await page.goto(`${service.url}/search?q=88&mode=vector`);
      await it.sees(".failure", "unavailable");
      it.complaints.splice(before); // the browser tells of the 503
    });

    assertEquals(it.complaints, []);
  },
});
