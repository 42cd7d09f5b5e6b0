import { assert, assertEquals } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { pageOf, serialOf } from "./search_pages.ts";
import {
  balanced,
  chromaConnected,
  everything,
  failures,
  idle,
  indexOf,
  LACKS_CHROMA,
  scrapeInto,
  search,
  startSearching,
  until,
} from "./search_service.ts";

/** `SEARCH_KILLS=100` for a long look. */
const KILLS = Number(Deno.env.get("SEARCH_KILLS") ?? 10);
const PAGES = Math.max(160, KILLS * 16);

Deno.test({
  name: "kill -9 in the middle of indexing: the books balance, and the index equals one made without",
  ignore: LACKS_CHROMA,
  fn: async () => {
    await using site = startSite({}, (request) => {
      const number = /^\/(\d+)\.html$/.exec(new URL(request.url).pathname)?.[1];
      if (number === undefined) return new Response("no such page", { status: 404 });
      return new Response(pageOf(Number(number)), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    });
    const urls = Array.from({ length: PAGES }, (_, i) => `${site.url}/${i}.html`);

    let service = await startSearching({ site });
    const { folder } = service;
    let killed: Map<string, string[]>;
    try {
      await scrapeInto(service, urls);
      for (let kill = 1; kill <= KILLS; kill++) {
        // Each at another place: some in the words, some in the vectors, some before Chroma has come up again.
        const mark = Math.floor(PAGES * kill / (KILLS + 1));
        await until(`${mark} documents`, async () => (await indexOf(service)).documents >= mark);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
        service = await service.restart();
      }
      await idle(service);
      assertEquals(await failures(service), []);
      await balanced(service);
      assertEquals((await search(service, serialOf(PAGES - 1, 3))).passages[0]?.url, urls.at(-1));
      killed = await everything(service);
    } finally {
      await service.end();
      await Deno.remove(folder, { recursive: true });
    }

    await using clean = await startSearching({ site });
    await chromaConnected(clean);
    await scrapeInto(clean, urls);
    await idle(clean);
    await balanced(clean);
    const expected = await everything(clean);
    assertEquals(expected.size, PAGES);
    assert([...expected.values()].every((each) => each.length >= 3), "each page has chunks");
    assertEquals(killed, expected);
  },
});
