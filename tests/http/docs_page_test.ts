import { assert, assertEquals } from "@std/assert";
import puppeteer from "npm:puppeteer-core@25.16.0";
import { createHttpApp, HttpServer } from "../../src/http/mod.ts";
import { lacks } from "../needs.ts";
import { fakeHttpDeps } from "../fakes/fake_http_deps.ts";

const CHROMIUM = "/usr/bin/chromium";

Deno.test({
  name: "/docs renders in Chromium under its policy, from its own origin alone",
  ignore: lacks("chromium"),
  fn: async () => {
    const deps = fakeHttpDeps();
    const app = createHttpApp(deps);
    await using server = new HttpServer({
      handler: (request, info) => app.fetch(request, info as never),
      log: deps.log,
    });
    const origin = `http://127.0.0.1:${server.start({ hostname: "127.0.0.1", port: 0 }).port}`;
    const profile = await Deno.makeTempDir();
    const browser = await puppeteer.launch({
      executablePath: CHROMIUM,
      pipe: true,
      userDataDir: profile,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    try {
      const page = await browser.newPage();
      await page.setViewport({ width: 1200, height: 1600 });
      const requested: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => void requested.push(request.url()));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
      });
      page.on("pageerror", (error) => void complaints.push(String(error)));
      await page.goto(`${origin}/docs`, { waitUntil: "networkidle0" });
      await page.waitForSelector(".opblock");
      const operations = await page.$$eval(".opblock", (blocks) => blocks.length);
      const { body } = { body: await (await fetch(`${origin}/openapi.json`)).json() };
      const documented = Object.values(body.paths as Record<string, object>)
        .reduce((sum, item) => sum + Object.keys(item).length, 0);
      assertEquals(operations, documented);
      // One is opened, so that what is built on a click is under the policy too.
      await page.click(".opblock-post .opblock-summary-control");
      await page.waitForSelector(".opblock-body");
      const shot = Deno.env.get("DOCS_SCREENSHOT");
      if (shot) await page.screenshot({ path: shot as `${string}.png` });
      assertEquals(complaints, []);
      const foreign = requested.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith("data:"));
      assertEquals(foreign, []);
      assert(requested.some((url) => url.endsWith("/openapi.json")));
    } finally {
      await browser.close();
      await Deno.remove(profile, { recursive: true });
    }
  },
});
