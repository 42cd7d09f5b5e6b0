/** A crawl that is killed again and again: no page lost, none in the results twice, none fetched again that was done. */
import { assert, assertEquals } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { startService } from "./service_process.ts";

interface Crawl {
  status: string;
  counts: Record<string, number>;
}
interface Line {
  url: string;
  task_id: string;
  result: { markdown: string };
}

const PAGES = 240;
const KILLS = Number(Deno.env.get("KILL_ROUNDS") ?? 4);
const CONCURRENT = 8;

/** A tree of pages with links back and across, each with words of its own. */
function page(n: number): string {
  const links = [2 * n + 1, 2 * n + 2, 0, Math.floor(n / 2), n + 7].filter((to) => to < PAGES);
  return `<html><head><title>Page ${n}</title></head><body><h1>Page ${n}</h1><p>${
    `words of page ${n} `.repeat(30)
  }</p>` +
    `${links.map((to) => `<a href="/p/${to}?utm_source=x#top">to ${to}</a>`).join(" ")}</body></html>`;
}

Deno.test("a crawl under kill -9 goes on where it was and fetches nothing again that was done", async () => {
  const routes = Object.fromEntries(
    Array.from({ length: PAGES }, (_, n) => [`/p/${n}`, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      return new Response(page(n), { headers: { "content-type": "text/html" } });
    }]),
  );
  await using site = startSite(routes);
  const folder = await Deno.makeTempDir({ prefix: "tutti-attack-crawl-" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const env = { ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "2", HOST_CONCURRENCY: "16" };
  let service = await startService({ folder, env });
  try {
    const asked = await service.json<{ crawl_id: string }>("/api/crawl", {
      method: "POST",
      body: JSON.stringify({ start_urls: [`${site.url}/p/0`], max_concurrent: CONCURRENT, max_depth: 100 }),
    });
    assertEquals(asked.status, 202);
    const path = `/api/crawl/${asked.body.crawl_id}`;
    const crawl = async () => {
      const { body } = await service.json<Crawl>(path);
      return body;
    };
    for (let kill = 1; kill <= KILLS; kill++) {
      const mark = Math.floor(PAGES * kill / (KILLS + 1));
      while ((await crawl()).counts.completed! < mark) await new Promise((r) => setTimeout(r, 20));
      await service.end("SIGKILL");
      service = await startService({ folder, env });
    }
    while ((await crawl()).status === "running") await new Promise((r) => setTimeout(r, 50));

    const { status, counts } = await crawl();
    assertEquals([status, counts.completed], ["completed", PAGES]);
    assertEquals(Object.values(counts).reduce((a, b) => a + b, 0), PAGES);

    const response = await fetch(`${service.url}${path}/results.ndjson`);
    const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line) as Line);
    assertEquals(new Set(lines.map(({ url }) => url)).size, PAGES);
    assertEquals(lines.length, PAGES);
    assert(
      lines.every(({ url, result }) => result.markdown.includes(`words of page ${url.split("/").pop()} `)),
    );

    const fetches = Array.from({ length: PAGES }, (_, n) => site.hits.get(`/p/${n}`) ?? 0);
    assert(fetches.every((n) => n >= 1));
    const again = fetches.reduce((sum, n) => sum + n - 1, 0);
    assert(
      again <= KILLS * CONCURRENT,
      `${again} fetches too many, ${KILLS} kills with ${CONCURRENT} in hand`,
    );

    assert(site.maxOpen() <= CONCURRENT, `${site.maxOpen()} pages at a time`);
    const { body: limits } = await service.json("/api/limits");
    assertEquals(limits, { limits: [] }, "the crawl's own limit went with it");

    const { body } = await service.json<{ accepted: number; counts: Record<string, number> }>(
      "/api/tasks/queue/status",
    );
    assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0));
  } finally {
    await service.end();
  }
});
