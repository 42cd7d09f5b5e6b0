import { assert, assertEquals } from "@std/assert";
import { type ServiceProcess, startService } from "../e2e/service_process.ts";
import { articlePage, startSite } from "../fakes/site.ts";
import { lacks } from "../needs.ts";
import { openPage } from "./browser.ts";

const post = async <T>(service: ServiceProcess, path: string, body: unknown, method = "POST"): Promise<T> =>
  (await service.json<T>(path, { method, body: JSON.stringify(body) })).body;

const link = (name: string) => `<p>More: <a href="${name}">${name}</a></p>`;
const profile = (host: string) =>
  `brand: acme
title: "כלי נגינה"
hosts: [127.0.0.1]
start_urls: ["http://${host}/a.html"]
max_pages: 5
sitemap: skip
fields:
  name: { selector: h1 }
  weight_kg: { selector: .weight, type: number }
`;

Deno.test({
  name: "batches, crawls, schedules, cache, metrics, brands and settings in a browser",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async (t) => {
    await using site = startSite({
      "/a.html": articlePage("First page").replace("</body>", `${link("/b.html")}</body>`),
      "/b.html": articlePage("Second page"),
    });
    const brands = await Deno.makeTempDir({ prefix: "tutti-brands-" });
    await Deno.writeTextFile(`${brands}/acme.yaml`, profile(site.host));
    await Deno.writeTextFile(`${brands}/broken.yaml`, "brand: broken\nhosts: []\n");
    await using service = await startService({
      env: {
        WORKERS: "2",
        BRANDS_DIR: brands,
        ALLOW_PRIVATE_HOSTS: site.host,
        SCRAPE_PORTS: `80,${site.host.split(":")[1]}`,
        WEBHOOK_SECRET: "a-secret-nobody-may-see",
      },
    });
    await using it = await openPage();
    const { page } = it;
    const open = (path: string) => page.goto(`${service.url}${path}`);

    await t.step("a batch's bar moves by itself; cancel asks once", async () => {
      await open("/batches");
      await it.sees(".state-title", "No batch yet");
      const { batch_id } = await post<{ batch_id: string }>(service, "/api/batches", {
        type: "test",
        inputs: [{ delay_s: 0 }, { delay_s: 60 }, { delay_s: 60 }],
        max_concurrent: 1,
      });
      await it.sees(".table", batch_id);
      await it.sees(".progress", "1 / 3");
      await page.click(`a[href="/batches/${batch_id}"]`);
      await it.sees("h1", batch_id);
      await it.sees(".counts", /1 queued.*1 running.*1 completed/s);
      await it.press("Cancel…");
      await it.press("Leave it", { within: "dialog" });
      await it.sees(".counts", "1 running");
      await it.press("Cancel…");
      await it.press("Cancel the batch", { within: "dialog" });
      await it.sees(".counts", "2 cancelled");
      await it.sees(".progress", "3 / 3");
    });

    await t.step("a crawl of a brand begins on its page and is followed to its end", async () => {
      await open("/brands");
      await it.sees(".table", /acme.*in force/s);
      await it.sees(".table", /broken.*1 error/s);
      await page.click('a[href="/brands/acme"]');
      await it.sees("h1", "כלי נגינה");
      await it.press("Crawl…");
      await it.press("Start the crawl", { within: "dialog" });
      await it.sees("h1", /^crawl_/);
      await it.sees(".task-state", /completed.*2 \/ 2/s);
      await it.sees(".table", /First page.*Second page/s);
      await open("/crawls");
      await it.sees(".table", /completed/);
    });

    await t.step("a preview tells what the profile reads off a page, and how the rest fared", async () => {
      await open("/brands/acme");
      await it.press("Preview");
      await it.sees(".fields", /name.*First page/s);
      await it.sees(".missing", /weight_kg.*not found.*\.weight.*matches 0 elements/s);
      await open("/brands/broken");
      await it.sees(".file-errors", /line 2, column 8.*hosts/s);
    });

    await t.step("a schedule is paused, resumed, run now and, once that is confirmed, deleted", async () => {
      await post(service, "/api/schedules/nightly", {
        cron: "0 3 * * *",
        task: { type: "test", input: { delay_s: 0 } },
      }, "PUT");
      await open("/schedules");
      await it.sees(".table", /nightly.*0 3 \* \* \*/s);
      await it.press("Pause");
      await it.sees(".table .badge", "paused");
      await it.press("Resume");
      await page.waitForFunction(() => !document.querySelector(".table .badge"));
      await page.click('a[href="/schedules/nightly"]');
      await page.waitForFunction(() => document.querySelectorAll(".next-runs > li").length === 5);
      await it.press("Run now");
      await it.sees(".toast", "Queued now");
      await it.press("Delete…");
      await it.press("Delete the schedule", { within: "dialog" });
      await it.sees(".state-title", "No schedule yet");
      assertEquals((await service.json("/api/schedules/nightly")).status, 404);
      const { tasks } = (await service.json<{ tasks: { type: string }[] }>("/api/tasks?type=test")).body;
      assertEquals(tasks.length, 4, "three of the batch, one run now");
    });

    await t.step("the cache's entries go by prefix, once that is confirmed", async () => {
      await service.json("/api/test/cache");
      await open("/cache");
      await it.sees(".facts", /Entries\d/);
      await it.sees(".table", /test:cache.*robots:.*host:127\.0\.0\.1/s);
      await page.type('input[name="what"]', "test");
      await it.press("Drop…");
      await it.press("Drop them", { within: "dialog" });
      await it.sees(".toast", "1 entry dropped");
      assertEquals((await service.json<{ cached: boolean }>("/api/test/cache")).body.cached, false);
    });

    await t.step("metrics are by route and by type, over the window that is chosen", async () => {
      await open("/metrics-view");
      await it.sees(".table", /POST \/api\/batches/);
      await it.sees(".table", /scrape/);
      assertEquals((await page.$$(".chart canvas")).length, 4);
      const asked = page.waitForResponse((answer) => answer.url().includes("window_s=60"));
      await it.press("1 min");
      assertEquals((await asked).status(), 200);
      assertEquals(new URL(page.url()).search, "?window_s=60");
    });

    await t.step("settings in force are shown, secrets never", async () => {
      await open("/settings");
      await it.sees(".table", "BRANDS_DIR");
      await page.click(".check input");
      await page.waitForFunction(() => !document.querySelector(".table")?.textContent?.includes("LOG_KEEP"));
      await it.sees("tr", /WEBHOOK_SECRET.*set/);
      assert(!(await page.content()).includes("a-secret-nobody-may-see"));
    });

    assertEquals(it.complaints, []);
    await Deno.remove(brands, { recursive: true });
  },
});
