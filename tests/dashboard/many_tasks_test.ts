import { assert, assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { lacks } from "../needs.ts";
import { openPage } from "./browser.ts";

const MANY = 10_000;

Deno.test({
  name: "ten thousand tasks are scrolled through without a stall, and few rows are ever drawn",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async () => {
    await using service = await startService({ env: { WORKERS: "1" } });
    await service.json("/api/queue/pause", { method: "POST" });
    const { status } = await service.json("/api/scrape/batch", {
      method: "POST",
      body: JSON.stringify({ urls: Array.from({ length: MANY }, (_, at) => `https://example.com/${at}`) }),
    });
    assertEquals(status, 202);
    await using it = await openPage();
    const { page } = it;
    await page.goto(`${service.url}/tasks`);
    await it.sees(".page-actions", /of 10,000/);
    const seen = await page.evaluate(async (many) => {
      let longestMs = 0;
      let mostRows = 0;
      let lastMs = performance.now();
      let running = true;
      const watch = () => {
        const nowMs = performance.now();
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
        mostRows = Math.max(mostRows, document.querySelectorAll(".task-row").length);
        if (running) setTimeout(watch, 10);
      };
      watch();
      const shown = () =>
        Number(
          /^([\d,]+) shown/.exec(document.querySelector(".page-actions")!.textContent!)?.[1]
            ?.replaceAll(",", "") ?? 0,
        );
      const endMs = performance.now() + 60_000;
      while (shown() < many && performance.now() < endMs) {
        scrollTo(0, document.documentElement.scrollHeight);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      running = false;
      return { longestMs, mostRows, shown: shown() };
    }, MANY);
    assertEquals(seen.shown, MANY);
    assert(seen.mostRows < 150, `${seen.mostRows} rows`);
    assert(seen.longestMs < 1000, `${seen.longestMs} ms`); // of a machine that has other work, too

    await page.select('select[aria-label="Order"]', "oldest");
    await page.evaluate(() => scrollTo(0, 0));
    await it.sees(".task-row", /scrape/);
    assertEquals(it.complaints, []);
  },
});
