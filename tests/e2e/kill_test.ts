import { assert, assertEquals } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Books {
  accepted: number;
  counts: Record<string, number>;
}

async function books(service: ServiceProcess): Promise<Books> {
  const { body } = await service.json<Books>("/api/tasks/queue/status");
  assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0), "the books balance");
  return body;
}

Deno.test("kill -9 in the middle of a batch loses nothing: every page is completed after restarts", async () => {
  const count = 60;
  await using site = startSite({}, async (request) => {
    if (request.url.endsWith("/robots.txt")) return new Response("", { status: 404 });
    await new Promise((resolve) => setTimeout(resolve, 40));
    return new Response(articlePage(request.url), { headers: { "content-type": "text/html" } });
  });
  let service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const folder = service.folder;
  try {
    const { body } = await service.json<{ batch_id: string; task_ids: string[] }>("/api/scrape/batch", {
      method: "POST",
      body: JSON.stringify({
        urls: Array.from({ length: count }, (_, i) => `${site.url}/page-${i}.html`),
        max_concurrent: 8,
      }),
    });
    for (let kills = 0; kills < 3; kills++) {
      const completed = (await books(service)).counts.completed!;
      // Killed only once it has moved on, so that each kill meets work in hand.
      while ((await books(service)).counts.completed! < Math.min(count - 8, completed + 6)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      service = await service.restart();
      assertEquals((await books(service)).accepted, count);
    }
    for (const id of body.task_ids) {
      const task = await service.json<{ status: string; attempts: number }>(`/api/tasks/${id}?wait_s=60`);
      assertEquals(task.body.status, "completed");
      assertEquals(task.body.attempts, 1, "an attempt cut off by the kill is not counted");
    }
    const end = await books(service);
    assertEquals(end.counts.completed, count);
    const pages = [...site.hits].filter(([path]) => path.startsWith("/page-"));
    assertEquals(pages.length, count);
    const fetches = pages.reduce((sum, [, hits]) => sum + hits, 0);
    assert(
      fetches - count <= 3 * 8,
      `${fetches - count} pages fetched twice, more than kills x tasks in hand`,
    );
  } finally {
    await service.end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a stop puts what had not ended back into the queue, and the next start ends it", async () => {
  const first = await startService({ env: { SHUTDOWN_GRACE_MS: "300" } });
  const folder = first.folder;
  const { body } = await first.json<{ task_id: string }>("/api/test/task?delay=3", { method: "POST" });
  while ((await books(first)).counts.running === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(await first.end("SIGTERM"), 0);
  await using second = await startService({ folder });
  const task = await second.json<{ status: string; attempts: number }>(
    `/api/tasks/${body.task_id}?wait_s=20`,
  );
  assertEquals(task.body.status, "completed");
  assertEquals(task.body.attempts, 1);
  await second.end();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a second signal skips the grace", async () => {
  await using service = await startService({ env: { SHUTDOWN_GRACE_MS: "60000" } });
  await service.json("/api/test/task?delay=50", { method: "POST" });
  while ((await books(service)).counts.running === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const begun = Date.now();
  const ending = service.end("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 300));
  Deno.kill(service.pid, "SIGTERM");
  assertEquals(await ending, 0);
  assert(Date.now() - begun < 20_000);
});
