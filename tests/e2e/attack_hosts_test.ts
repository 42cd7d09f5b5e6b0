import { assert, assertEquals } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  attempts: number;
  run_at?: string;
}

interface Batch {
  batch_id: string;
  counts: Record<string, number>;
}

async function scrape(service: ServiceProcess, url: string): Promise<string> {
  const { body, status } = await service.json<Task & { detail?: string }>("/api/tasks/scrape/async", {
    method: "POST",
    body: JSON.stringify({ url, timeout_ms: 30_000, max_attempts: 1 }),
  });
  assertEquals(status, 202, `${url}: ${body.detail}`);
  return body.task_id;
}

async function task(service: ServiceProcess, id: string, waitS = 0): Promise<Task> {
  return (await service.json<Task>(`/api/tasks/${id}${waitS ? `?wait_s=${waitS}` : ""}`)).body;
}

async function books(service: ServiceProcess): Promise<Record<string, number>> {
  return (await service.json<{ counts: Record<string, number> }>("/api/tasks/queue/status")).body.counts;
}

Deno.test("a host that asks for an hour between two requests holds up its own pages and nobody else's", async () => {
  await using slow = startSite({
    "/robots.txt": () => new Response("User-agent: *\nCrawl-delay: 3600"),
  }, articlePage("slow"));
  await using other = startSite({}, articlePage("other"));
  const env = { ALLOW_PRIVATE_HOSTS: `${slow.host},${other.host}`, WORKERS: "1" };
  await using service = await startService({ env });
  const waiting = await Promise.all(
    Array.from({ length: 70 }, (_, i) => scrape(service, `${slow.url}/p${i}`)),
  );
  const startedMs = performance.now();
  const page = await task(service, await scrape(service, `${other.url}/p`), 20);
  assertEquals(page.status, "completed");
  const tookMs = performance.now() - startedMs;
  assert(tookMs < 15_000, `${tookMs} ms`); // some 2 s when the machine is quiet
  const tasks = await Promise.all(waiting.map((id) => task(service, id)));
  const put = tasks.filter(({ status }) => status === "delayed");
  assertEquals(put.length, 69, JSON.stringify(tasks.map(({ status }) => status)));
  for (const { attempts, run_at: runAt } of put) {
    assertEquals(attempts, 0);
    assert(Date.parse(runAt!) > Date.now() + 60_000, runAt);
  }
  const counts = await books(service);
  assertEquals([counts.completed, counts.delayed, counts.running, counts.queued], [2, 69, 0, 0]);
});

Deno.test("thirty pages of a host that takes one at a time all complete, one at a time", async () => {
  await using site = startSite({ "/robots.txt": () => new Response("", { status: 404 }) }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return new Response(articlePage("slow"), { headers: { "content-type": "text/html" } });
  });
  const env = { ALLOW_PRIVATE_HOSTS: site.host, HOST_CONCURRENCY: "1", WORKERS: "2" };
  await using service = await startService({ env });
  const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => scrape(service, `${site.url}/p${i}`)));
  const ended = await Promise.all(ids.map((id) => task(service, id, 60)));
  assertEquals(ended.map(({ status, attempts }) => `${status} ${attempts}`), ids.map(() => "completed 1"));
  assertEquals([site.maxOpen(), site.hits.size], [1, 31]);
});

Deno.test("a batch whose pages are put off has its places free, ends, and is all there", async () => {
  await using site = startSite({}, articlePage("polite"));
  const env = { ALLOW_PRIVATE_HOSTS: site.host, HOST_DELAY_MS: "1500", WORKERS: "1" };
  await using service = await startService({ env });
  const { body: batch, status } = await service.json<Batch>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({
      urls: Array.from({ length: 4 }, (_, i) => `${site.url}/p${i}`),
      max_concurrent: 2,
    }),
  });
  assertEquals(status, 202, JSON.stringify(batch));
  let counts: Record<string, number> = {};
  for (let i = 0; i < 300 && counts.completed !== 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    counts = (await service.json<Batch>(`/api/batches/${batch.batch_id}`)).body.counts;
    assert(counts.running! <= 2);
  }
  assertEquals([counts.completed, counts.failed, counts.delayed], [4, 0, 0]);
});
