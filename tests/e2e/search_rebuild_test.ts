import { assert, assertEquals } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { pageOf, serialOf } from "./search_pages.ts";
import {
  type AnswerBody,
  balanced,
  chromaConnected,
  everything,
  failures,
  idle,
  indexOf,
  LACKS_CHROMA,
  scrapeInto,
  startSearching,
  until,
} from "./search_service.ts";
import type { ServiceProcess } from "./service_process.ts";

const PAGES = 60;

function manualSite() {
  return startSite({}, (request) => {
    const number = Number(/(\d+)\.html$/.exec(request.url)?.[1] ?? NaN);
    if (Number.isNaN(number)) return new Response("no such page", { status: 404 });
    return new Response(pageOf(number), { headers: { "content-type": "text/html; charset=utf-8" } });
  });
}

const servingOf = async (service: ServiceProcess) =>
  (await indexOf(service)).generations.find(({ state }) => state === "serving")!;

Deno.test({
  name: "a rebuild: the old index serves until the new one is whole, and no search fails",
  ignore: LACKS_CHROMA,
  fn: async () => {
    await using site = manualSite();
    await using service = await startSearching({ site });
    await chromaConnected(service);
    await scrapeInto(service, Array.from({ length: PAGES }, (_, i) => `${site.url}/${i}.html`));
    await idle(service);
    const before = await everything(service);
    const old = await servingOf(service);

    let isDone = false;
    let asked = 0;
    const wrong: string[] = [];
    const searching = Promise.all([0, 1].map(async (client) => {
      for (let i = client; !isDone; i += 2) {
        const number = i % PAGES;
        const { status, body } = await service.json<AnswerBody>("/api/search", {
          method: "POST",
          body: JSON.stringify({ query: serialOf(number, 1 + i % 3), k: 3 }),
        });
        asked++;
        if (status !== 200 || body.degraded || body.passages[0]?.url !== `${site.url}/${number}.html`) {
          wrong.push(`${number}: ${status} ${body.degraded_reason ?? ""} ${body.passages?.[0]?.url}`);
        }
      }
    }));
    const { status, body } = await service.json<{ batch_id: string; documents: number }>(
      "/api/index/rebuild",
      {
        method: "POST",
        body: JSON.stringify({ force: true }),
      },
    );
    assertEquals([status, body.documents], [202, PAGES]);
    // Found beside it: a page that comes while the new index is made is in both.
    await scrapeInto(service, [`${site.url}/1000.html`]);
    await until("the new index", async () => (await servingOf(service)).number > old.number);
    await idle(service);
    isDone = true;
    await searching;
    assertEquals(wrong, []);
    assert(asked > 10, `${asked} searches`);
    assertEquals(await failures(service), []);
    await balanced(service);
    const after = await everything(service);
    assertEquals(after.delete(`${site.url}/1000.html`), true);
    assertEquals(after, before, "the same chunks under the same ids");
    const batch = await service.json<{ status: string }>(`/api/batches/${body.batch_id}`);
    assertEquals(batch.body.status, "completed");
  },
});

Deno.test({
  name: "a start with another CHUNK_MAX_TOKENS rebuilds the index by itself",
  ignore: LACKS_CHROMA,
  fn: async () => {
    await using site = manualSite();
    const first = await startSearching({ site });
    const { folder } = first;
    await chromaConnected(first);
    await scrapeInto(first, Array.from({ length: 6 }, (_, i) => `${site.url}/${i}.html`));
    await idle(first);
    const old = await servingOf(first);
    const { store } = await balanced(first);
    assertEquals(await first.end("SIGTERM"), 0);

    const second = await startSearching({ site, folder, env: { CHUNK_MAX_TOKENS: "100" } });
    try {
      await until("another index", async () => (await servingOf(second)).number > old.number);
      await idle(second);
      const now = await balanced(second);
      assert(now.store > store * 1.5, `${now.store} chunks of 100 tokens, ${store} of 400`);
      assertEquals((await indexOf(second)).documents, 6);
      assertEquals(await failures(second), []);
    } finally {
      await second.end();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
