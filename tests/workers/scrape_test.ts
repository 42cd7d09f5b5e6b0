import { assert, assertEquals } from "@std/assert";
import { DeferredError } from "../../src/platform/errors.ts";
import type { ScrapeSettings } from "../../src/scraping/settings.ts";
import { articlePage, startSite } from "../fakes/site.ts";
import { PoolHarness } from "./pool_harness.ts";

const DEFINE = new URL("../../src/mod.ts", import.meta.url).href;

/** What a worker is made with so that its real sandbox may reach one loopback site. */
function initFor(host: string, tasksDir?: string) {
  const ports = [80, 443];
  const scrape: ScrapeSettings = {
    userAgent: "TestBot/1",
    timeoutMs: 20_000,
    maxBytes: 2_000_000,
    maxRedirects: 5,
    ports,
    allowPrivateHosts: [host],
    hostConcurrency: 4,
    hostDelayMs: 0,
    robotsMaxAgeS: 60,
  };
  return {
    tasksDir,
    testEndpoints: true,
    resultMaxBytes: 1_000_000,
    sandbox: {
      userAgent: "TestBot/1",
      heapMb: 128,
      rssMb: 512,
      cpuMs: 5000,
      maxUses: 100,
      ports,
      allowPrivateHosts: [host],
    },
    scrape,
    warmSandbox: false,
  };
}

Deno.test("a worker scrapes pages through its real sandbox, obeys robots.txt and gives its tickets back", async () => {
  await using site = startSite({
    "/robots.txt": new Response("User-agent: *\nDisallow: /secret\n", {
      headers: { "content-type": "text/plain" },
    }),
    "/page": articlePage("Organ", '<p><a href="/other">Other</a></p>'),
    "/moved": new Response(null, { status: 301, headers: { location: "/page" } }),
    "/secret": articlePage("Secret"),
  });
  await using h = await PoolHarness.start({ init: initFor(site.host) });
  const [page, moved, secret, gone, inside] = await h.run(
    ...["/page", "/moved", "/secret", "/gone"].map((path) => h.attempt("scrape", { url: site.url + path })),
    h.attempt("scrape", { url: "http://127.0.0.1:1/" }),
  );
  assert(page!.kind === "completed" && moved!.kind === "completed", JSON.stringify([page, moved]));
  const read = JSON.parse(page!.resultJson);
  assert(read.markdown.includes("# Organ"), read.markdown);
  assertEquals([read.title, read.status_code, read.from_cache], ["Organ", 200, false]);
  assertEquals(read.links.map((link: { url: string }) => link.url), [`${site.url}/other`]);
  assertEquals(JSON.parse(moved!.resultJson).redirects, [`${site.url}/moved`]);
  const codes = [secret!, gone!, inside!].map((outcome) => outcome.kind === "failed" && outcome.error.code);
  assertEquals(codes, ["robots_denied", "http_4xx", "blocked_address"]);
  assertEquals(site.hits.get("/secret"), undefined);
  assertEquals(site.hits.get("/robots.txt"), 1);
  assertEquals(h.memory.held.size, 0);
});

Deno.test("a worker obeys the first 2 MiB of a robots.txt that is longer", async () => {
  const rules = "User-agent: *\nDisallow: /secret\n";
  await using site = startSite({
    "/robots.txt": () => new Response(rules + "# filler filler filler filler\n".repeat(80_000)),
    "/page": articlePage("Organ"),
    "/secret": articlePage("Secret"),
  });
  await using h = await PoolHarness.start({ init: initFor(site.host) });
  const [page, secret] = await h.run(
    ...["/page", "/secret"].map((path) => h.attempt("scrape", { url: site.url + path })),
  );
  assertEquals(page!.kind, "completed");
  assert(secret!.kind === "failed");
  assertEquals(secret!.error.code, "robots_denied");
});

Deno.test("ctx.fetch reaches a site through the guard, from a thread task and from a process task", async () => {
  await using site = startSite({
    "/data": (request) => Response.json({ agent: request.headers.get("user-agent"), method: request.method }),
  });
  const tasksDir = await Deno.makeTempDir({ prefix: "tutti-tasks-" });
  await Deno.writeTextFile(
    `${tasksDir}/mine.ts`,
    `import { defineTask } from ${JSON.stringify(DEFINE)};
import { z } from "npm:zod@4.6.7";
const any = { input: z.object({ url: z.string() }), output: z.any() };
const run = async ({ url }: { url: string }, ctx: { fetch(url: string, init?: object): Promise<Response> }) => {
  const response = await ctx.fetch(url, { method: "POST", body: "x" });
  return { status: response.status, url: response.url, body: await response.json() };
};
export const inThread = defineTask({ ...any, name: "in-thread", run });
export const inProcess = defineTask({ ...any, name: "in-process", isolation: "process", run });
export const twice = defineTask({ ...any, name: "twice", run: async (input, ctx) => {
  await run(input, ctx);
  await ctx.cache.set("second", 1, { maxAgeS: 9 });
  return await run(input, ctx);
} });
`,
  );
  try {
    await using h = await PoolHarness.start({ init: initFor(site.host, tasksDir) });
    const url = `${site.url}/data`;
    for (const type of ["in-thread", "in-process"]) {
      const outcome = await h.runOne(type, { url });
      assert(outcome.kind === "completed", JSON.stringify(outcome));
      assertEquals(JSON.parse(outcome.resultJson), {
        status: 200,
        url,
        body: { agent: "TestBot/1", method: "POST" },
      });
      const refused = await h.runOne(type, { url: "http://127.0.0.1:1/" });
      assert(refused.kind === "failed");
      assertEquals([type, refused.error.code], [type, "blocked_address"]);
    }
    const { services } = h.memory;
    const { hostAcquire, cacheSet } = services;
    const refuse = () => Promise.reject(new DeferredError(Date.now() + 60_000, "no turn"));
    services.cacheSet = (...args) => {
      services.hostAcquire = refuse;
      return cacheSet(...args);
    };
    const late = await h.runOne("twice", { url });
    assert(late.kind === "failed", "put off halfway, it would begin again and again");
    assertEquals([late.error.code, late.error.retryable], ["timeout", true]);
    for (const type of ["in-thread", "in-process"]) {
      const outcome = await h.runOne(type, { url });
      assert(outcome.kind === "deferred", JSON.stringify(outcome));
      assert(outcome.retryAtMs > Date.now() + 30_000);
    }
    services.hostAcquire = hostAcquire;
    assertEquals(h.memory.held.size, 0);
  } finally {
    await Deno.remove(tasksDir, { recursive: true });
  }
});
