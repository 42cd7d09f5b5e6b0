/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import axe from "npm:axe-core@4.14.1";
import { startService } from "../e2e/service_process.ts";
import { lacks } from "../needs.ts";
import { openPage, type TestPage } from "./browser.ts";

const SERIOUS: readonly string[] = ["serious", "critical"];

/** What axe finds that keeps somebody from using the page: rule, element, why. */
async function findings({ page }: TestPage): Promise<string[]> {
  // Not by a script element, which the page's policy would refuse, as it should.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (at: Document) => Promise<Found> } };
    return await axe.run(document);
  });
  return violations.filter(({ impact }) => SERIOUS.includes(impact)).flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`)
  );
}

interface Found {
  violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

Deno.test({
  name: "no page of the dashboard shuts anybody out, light or dark: axe finds nothing serious",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async (t) => {
    const brands = new URL("../../docs/brands", import.meta.url).pathname;
    await using service = await startService({ env: { WORKERS: "1", BRANDS_DIR: brands } });
    await using locked = await startService({
      env: { WORKERS: "1", API_KEYS: "ops:4b1f0c2e9d8a77654b1f0c2e9d8a7765" },
    });
    const send = async (path: string, body?: unknown, method = "POST") => {
      const answer = await service.json<Record<string, string>>(path, { method, body: JSON.stringify(body) });
      assert(answer.status < 300, JSON.stringify(answer.body));
      return answer.body;
    };
    const check = (it: TestPage, url: string, words: string | RegExp) => async () => {
      await it.page.goto(url);
      await it.sees("h1", words);
      await it.page.waitForNetworkIdle({ concurrency: 1, idleTime: 200 }); // one: the stream of events
      assertEquals(await findings(it), []);
    };

    await t.step("lists with nothing in them", async (t) => {
      await using it = await openPage({ scheme: "light" });
      for (const path of ["/", "/tasks", "/batches", "/crawls", "/schedules"]) {
        await t.step(path, check(it, service.url + path, /\S/));
      }
    });

    const { task_id } = await send("/api/test/task?delay=0");
    await service.json(`/api/tasks/${task_id}?wait_s=30`);
    const inputs = [{ delay_s: 0 }, { delay_s: 60 }];
    const { batch_id } = await send("/api/batches", { type: "test", inputs });
    const { crawl_id } = await send("/api/crawl", { start_urls: ["https://shop.invalid/"] });
    const task = { type: "test", input: { delay_s: 0 } };
    await send("/api/schedules/nightly", { every_s: 3600, task }, "PUT");
    const paths = [
      ...["/", "/tasks", `/tasks/${task_id}`, "/batches", `/batches/${batch_id}`, "/crawls"],
      ...[
        `/crawls/${crawl_id}`,
        "/schedules",
        "/schedules/nightly",
        "/brands",
        "/brands/sample-music",
        "/search",
      ],
      ...["/cache", "/metrics-view", "/settings"],
    ];
    for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390]] as const) {
      await using it = await openPage({ scheme, width });
      for (const path of paths) {
        await t.step(`${path}, ${scheme}, ${width} px`, check(it, service.url + path, /\S/));
      }
      await t.step(`a dialog, ${scheme}, ${width} px`, async () => {
        await it.page.goto(`${service.url}/brands/sample-music`);
        await it.press("Crawl…");
        await it.page.waitForSelector("dialog");
        assertEquals(await findings(it), []);
      });
      await t.step(`the sign-in, ${scheme}, ${width} px`, check(it, `${locked.url}/tasks`, "Sign in"));
    }
  },
});
