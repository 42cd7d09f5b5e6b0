import { assert, assertEquals } from "@std/assert";
import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import { startSite } from "../fakes/site.ts";
import { CHROMA_LAUNCHER } from "../search/chroma_host.ts";
import { type Fault, startFaultProxy } from "./fault_proxy.ts";
import { pageOf, serialOf } from "./search_pages.ts";
import {
  balanced,
  chromaConnected,
  chromaPid,
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
import type { ServiceProcess } from "./service_process.ts";

/** `SEARCH_LONG=1`: a request that hangs is waited for until the service gives it up, half a minute. */
const IS_LONG = Deno.env.get("SEARCH_LONG") === "1";

function manualSite() {
  return startSite({}, (request) => {
    const number = Number(/(\d+)\.html$/.exec(request.url)?.[1] ?? NaN);
    if (Number.isNaN(number)) return new Response("no such page", { status: 404 });
    return new Response(pageOf(number), { headers: { "content-type": "text/html; charset=utf-8" } });
  });
}

/** The 95th percentile of so many `POST /api/tasks`, one after the other, in ms. */
async function enqueueP95(service: ServiceProcess, count = 100): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const { status } = await service.json("/api/tasks", {
      method: "POST",
      body: JSON.stringify({ type: "test", input: { delay_s: 0 } }),
    });
    times.push(performance.now() - begun);
    assertEquals(status, 202);
  }
  return times.sort((a, b) => a - b)[Math.floor(count * 0.95)]!;
}

Deno.test({
  name:
    "Chroma killed in the middle of indexing is started again: tasks end, nothing is twice, the books balance",
  ignore: LACKS_CHROMA,
  fn: async () => {
    const pages = 60;
    await using site = manualSite();
    await using service = await startSearching({ site });
    await chromaConnected(service);
    await scrapeInto(service, Array.from({ length: pages }, (_, i) => `${site.url}/${i}.html`));
    for (const mark of [10, 30]) {
      await until(`${mark} documents`, async () => (await indexOf(service)).documents >= mark);
      Deno.kill(await chromaPid(service.folder), "SIGKILL");
      await until("Chroma noticed dead or back", async () => {
        const { vector_database: { restarts } } = await indexOf(service);
        return restarts > (mark === 10 ? 0 : 1);
      });
      await chromaConnected(service);
    }
    await idle(service);
    assertEquals(await failures(service), []);
    await balanced(service);
    assertEquals((await everything(service)).size, pages);
    assertEquals((await search(service, serialOf(8, 2))).degraded, false);
  },
});

Deno.test({
  name:
    "Chroma slow, failing, hanging or talking garbage: tasks wait and end, accepting is as fast, words are found",
  ignore: LACKS_CHROMA,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-chroma-" });
    await using chroma = new ChromaConnection({ folder, launcher: CHROMA_LAUNCHER });
    chroma.start();
    await until("Chroma", () => Promise.resolve(chroma.state().status === "connected"));
    {
      await using proxy = startFaultProxy(chroma.state().url!, { keepHanging: IS_LONG });
      await using site = manualSite();
      await using service = await startSearching({
        site,
        env: { CHROMA_URL: proxy.url, SEARCH_VECTOR_TIMEOUT_MS: "300" },
      });
      await chromaConnected(service);
      await scrapeInto(service, [0, 1].map((number) => `${site.url}/${number}.html`));
      await idle(service);
      const healthy = await enqueueP95(service);
      let number = 2;
      for (const fault of ["slow", "error", "hang", "garbage"] as Fault[]) {
        proxy.fault = fault;
        const asked = number;
        await scrapeInto(service, Array.from({ length: 6 }, () => `${site.url}/${number++}.html`));
        await until(`${fault} met`, () => Promise.resolve(proxy.met[fault] > 0));
        await until("words", async () => (await indexOf(service)).documents >= number);
        const ill = await enqueueP95(service);
        assert(
          ill < healthy * 5 + 50,
          `${fault}: ${ill.toFixed(1)} ms to accept, ${healthy.toFixed(1)} before`,
        );
        const answer = await search(service, serialOf(asked, 1));
        assertEquals(answer.degraded, true, `${fault}: vectors cannot have been asked`);
        assertEquals(answer.passages[0]?.url, `${site.url}/${asked}.html`, "found by its words all the same");
        proxy.fault = "none";
        await idle(service);
        await balanced(service);
        await until("whole answers again", async () => !(await search(service, serialOf(asked, 1))).degraded);
      }
      assertEquals(await failures(service), []);
      assertEquals((await everything(service)).size, number);
    }
    await chroma.stop({ graceMs: 3000 });
    await Deno.remove(folder, { recursive: true });
  },
});
