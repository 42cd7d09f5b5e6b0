import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { startService } from "./service_process.ts";

interface TaskBody {
  task_id: string;
  status: string;
  attempts: number;
  result?: Record<string, unknown>;
  error?: { code: string; message: string; retryable: boolean };
}

const product =
  `<!doctype html><html lang="he" dir="rtl"><head><meta charset="utf-8"><title>פסנתר FP-30X</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"פסנתר FP-30X","sku":"FP30X-BK",
"brand":{"@type":"Brand","name":"Roland"},"offers":{"@type":"Offer","price":"3290.00","priceCurrency":"ILS",
"availability":"https://schema.org/InStock"}}</script></head><body><main><h1>פסנתר FP-30X</h1>
<p>פסנתר חשמלי נייד עם 88 קלידים משוקללים, רמקולים מובנים וחיבור אלחוטי לטלפון ולמחשב. מתאים לבית, לבמה ולסטודיו.</p>
<p><a href="/manual.html">מדריך למשתמש</a></p></main></body></html>`;

Deno.test("the README walk works against a service started as a user starts it", async (t) => {
  await using site = startSite({
    "/piano.html": product,
    "/manual.html": articlePage("The manual"),
    "/robots.txt": new Response("User-agent: *\nDisallow: /private/\n"),
    "/private/page.html": articlePage("Private"),
  });
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const { json } = service;
  const ended = async (taskId: string) => (await json<TaskBody>(`/api/tasks/${taskId}?wait_s=30`)).body;

  await t.step("health and system status", async () => {
    const health = await json<{ status: string; components: Record<string, unknown> }>("/health");
    assertEquals(health.status, 200);
    assertEquals(health.body.status, "ok");
    const status = await json<{ components: Record<string, unknown> }>("/api/system/status");
    assertEquals(Object.keys(status.body.components).sort(), [
      "cache",
      "chromadb",
      "metrics",
      "queue",
      "search",
      "workers",
    ]);
  });

  await t.step("a test task sleeps in a worker and ends", async () => {
    const queued = await json<TaskBody>("/api/test/task?delay=0.2", { method: "POST" });
    assertEquals(queued.status, 202);
    assertEquals(queued.body.status, "queued");
    const task = await ended(queued.body.task_id);
    assertEquals(task.status, "completed");
    assertEquals(task.attempts, 1);
  });

  await t.step("the cache endpoint says cached on the second call", async () => {
    assertEquals((await json<{ cached: boolean }>("/api/test/cache")).body.cached, false);
    assertEquals((await json<{ cached: boolean }>("/api/test/cache")).body.cached, true);
  });

  await t.step("a page is scraped to Markdown and product data", async () => {
    const queued = await json<TaskBody>("/api/tasks/scrape/async", {
      method: "POST",
      body: JSON.stringify({ url: `${site.url}/piano.html`, brand: "halilit", priority: 5 }),
    });
    assertEquals(queued.status, 202);
    assertMatch(queued.body.task_id, /^scrape_halilit_\d+\.\d{3}-/);
    const task = await ended(queued.body.task_id);
    assertEquals(task.status, "completed", JSON.stringify(task.error));
    const result = task.result as {
      markdown: string;
      product: Record<string, { value: unknown; source: string }>;
      links: { url: string }[];
    };
    assertStringIncludes(result.markdown, "88 קלידים משוקללים");
    assertEquals(result.product.price?.value, "3290");
    assertEquals(result.product.sku, { ...result.product.sku!, value: "FP30X-BK", source: "json-ld" });
    assertEquals(result.links.map((link) => link.url), [`${site.url}/manual.html`]);
  });

  await t.step("robots.txt is obeyed unless the caller says otherwise", async () => {
    const scrape = async (more: Record<string, unknown>) => {
      const { body } = await json<TaskBody>("/api/tasks/scrape/async", {
        method: "POST",
        body: JSON.stringify({ url: `${site.url}/private/page.html`, ...more }),
      });
      return await ended(body.task_id);
    };
    const refused = await scrape({});
    assertEquals(refused.status, "failed");
    assertEquals(refused.error?.code, "robots_denied");
    assertEquals((await scrape({ respect_robots: false })).status, "completed");
  });

  await t.step("an address that is not public is refused before it is queued", async () => {
    for (
      const url of [
        "http://127.0.0.1:1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
        "file:///etc/passwd",
      ]
    ) {
      const refused = await json<{ code: string }>("/api/tasks/scrape/async", {
        method: "POST",
        body: JSON.stringify({ url }),
      });
      assertEquals([refused.status, refused.body.code, url], [422, "blocked_address", url]);
    }
  });

  await t.step("the queue status balances and metrics count what happened", async () => {
    const { body } = await json<{ accepted: number; counts: Record<string, number>; workers: number }>(
      "/api/tasks/queue/status",
    );
    assertEquals(body.workers, 4);
    assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0));
    assert(body.accepted >= 4);
    const metrics = await json<{ requests: { total: number }; tasks: { completed: number } }>(
      "/monitoring/metrics-summary",
    );
    assert(metrics.body.requests.total > 5);
    assert(metrics.body.tasks.completed >= 3);
  });

  await t.step("SIGTERM ends it with 0 and the lines of the contract", async () => {
    assertEquals(await service.end("SIGTERM"), 0);
    const log = await Deno.readTextFile(`${service.folder}/logs/app.log`);
    for (
      const line of [
        "application_starting version=",
        "task_queue_started workers=4",
        "application_started",
        "application_stopping",
        "application_stopped",
      ]
    ) assertStringIncludes(log, line);
  });
});

Deno.test("a batch never has more than max_concurrent pages of it at once", async () => {
  const pages = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`/p${i}.html`, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return new Response(articlePage(`Page ${i}`), { headers: { "content-type": "text/html" } });
    }]),
  );
  await using site = startSite(pages);
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const { status, body } = await service.json<{ batch_id: string; total: number; task_ids: string[] }>(
    "/api/scrape/batch",
    {
      method: "POST",
      body: JSON.stringify({ urls: Object.keys(pages).map((path) => site.url + path), max_concurrent: 3 }),
    },
  );
  assertEquals(status, 202);
  assertEquals(body.task_ids.length, 30);
  await Promise.all(body.task_ids.map((id) => service.json(`/api/tasks/${id}?wait_s=60`)));
  const batch = await service.json<{ status: string; counts: Record<string, number> }>(
    `/api/batches/${body.batch_id}`,
  );
  assertEquals(batch.body.counts.completed, 30);
  assertEquals(batch.body.status, "completed");
  assert(site.maxOpen() <= 3, `${site.maxOpen()} pages were fetched at once`);
});
