import { assert, assertEquals } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { pageOf, serialOf } from "./search_pages.ts";
import { failures, get, idle, indexOf, scrapeInto, search, startSearching, until } from "./search_service.ts";
import { startService } from "./service_process.ts";

Deno.test("where Chroma cannot run, pages are found by their words and the answer says that it is degraded", async () => {
  await using site = startSite({ "/0.html": pageOf(0), "/1.html": pageOf(1) });
  await using service = await startSearching({ site, env: { CHROMA_LAUNCHER: "/bin/false" } });
  await scrapeInto(service, [`${site.url}/0.html`, `${site.url}/1.html`]);
  await until("both pages", async () => (await indexOf(service)).documents === 2);
  for (const number of [0, 1]) {
    const answer = await search(service, serialOf(number, 2));
    assertEquals(answer.degraded, true);
    assert((answer.degraded_reason ?? "").length > 0);
    assertEquals(answer.passages[0]?.url, `${site.url}/${number}.html`);
    assertEquals(answer.passages[0]?.vector_rank, null);
  }
  const keyword = await search(service, serialOf(0, 2), { mode: "keyword" });
  assertEquals(keyword.degraded, false, "vectors were not asked for");
  const { status, body } = await service.json<{ code: string }>("/api/search", {
    method: "POST",
    body: JSON.stringify({ query: "volume", mode: "vector" }),
  });
  assertEquals([status, body.code], [503, "unavailable"]);
});

Deno.test("CHROMA_URL=off: search is 503, and all else works", async () => {
  await using site = startSite({ "/0.html": pageOf(0) });
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  for (
    const [path, init] of [
      ["/api/search", { method: "POST", body: JSON.stringify({ query: "volume" }) }],
      ["/api/documents", { method: "POST", body: JSON.stringify({ text: "words" }) }],
      ["/api/index", undefined],
    ] as const
  ) {
    const { status, body } = await service.json<{ code: string }>(path, init);
    assertEquals([status, body.code], [503, "unavailable"], path);
  }
  await scrapeInto(service, [`${site.url}/0.html`]);
  await idle(service);
  assertEquals(await failures(service), []);
  const { counts } = await get<{ counts: Record<string, number> }>(service, "/api/tasks/queue/status");
  assert(counts.completed! >= 1);
  await assertNoFile(`${service.folder}/data/search.db`);
});

async function assertNoFile(path: string): Promise<void> {
  assertEquals(await Deno.stat(path).then(() => true, () => false), false, `${path} is not made`);
}
