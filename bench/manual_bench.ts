/**
 * The 1,169 pages of a real manual (Debian package `postgresql-doc-15`) as one batch through HTTP, with `kill -9` in
 * the middle of it: pages per second, pages fetched twice, and whether the books balance at the end.
 *
 *   deno run -A bench/manual_bench.ts [kills=1]
 */
import { type ServiceProcess, startService } from "../tests/e2e/service_process.ts";

const FOLDER = "/usr/share/doc/postgresql-doc-15/html";

interface Books {
  accepted: number;
  counts: Record<string, number>;
  oldest_queued_s: number | null;
}

const books = async (service: ServiceProcess) => (await service.json<Books>("/api/tasks/queue/status")).body;

export async function benchManual(kills = 1): Promise<void> {
  const pages: string[] = [];
  for await (const entry of Deno.readDir(FOLDER)) if (entry.name.endsWith(".html")) pages.push(entry.name);
  let fetched = 0;
  await using site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (!/^[\w.-]+\.html$/.test(name)) return new Response("not here", { status: 404 });
    fetched++;
    return new Response(await Deno.readFile(`${FOLDER}/${name}`), {
      headers: { "content-type": "text/html" },
    });
  });
  const origin = `http://127.0.0.1:${site.addr.port}`;
  let service = await startService({
    env: { ALLOW_PRIVATE_HOSTS: `127.0.0.1:${site.addr.port}`, HOST_CONCURRENCY: "32" },
  });
  const { folder } = service;
  try {
    const begun = performance.now();
    const { body } = await service.json<{ batch_id: string; total: number }>("/api/scrape/batch", {
      method: "POST",
      body: JSON.stringify({ urls: pages.map((name) => `${origin}/${name}`), max_concurrent: 32 }),
    });
    for (let kill = 1; kill <= kills; kill++) {
      const mark = Math.floor(pages.length * kill / (kills + 1));
      while ((await books(service)).counts.completed! < mark) await pause(50);
      service = await service.restart();
    }
    let counts: Record<string, number>;
    while (true) {
      ({ counts } = await books(service));
      if (counts.completed! + counts.failed! + counts.cancelled! === body.total) break;
      await pause(100);
    }
    const elapsedS = (performance.now() - begun) / 1000;
    const { accepted } = await books(service);
    const sum = Object.values(counts).reduce((a, b) => a + b, 0);
    console.log(
      `${body.total} pages, ${kills} kill -9: ${counts.completed} completed, ${counts.failed} failed in ${
        elapsedS.toFixed(1)
      } s (${(body.total / elapsedS).toFixed(0)} pages/s, restarts included); ${
        fetched - pages.length
      } fetched again; accepted ${accepted} = ${sum}: ${accepted === sum ? "balanced" : "NOT BALANCED"}`,
    );
  } finally {
    await service.end();
    await Deno.remove(folder, { recursive: true });
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) await benchManual(Number(Deno.args[0] ?? 1));
