import { assertEquals, assertRejects } from "@std/assert";
import { DeferredError, TaskError } from "../../src/platform/errors.ts";
import { withHostTurn } from "../../src/scraping/host_turn.ts";
import { scrapePage } from "../../src/scraping/mod.ts";
import { type FakeAnswer, fakeDeps, FakeServices, FakeWeb } from "./fake_deps.ts";

const page = (): FakeAnswer => ({
  body: "<title>T</title><h1>Hello</h1><p>words of the page</p>",
  headers: { "content-type": "text/html" },
});

Deno.test("a scrape that gets no turn at its host is deferred and leaves no ticket behind", async () => {
  const web = new FakeWeb({ "https://a.example/p": page() });
  using services = new FakeServices();
  const deps = fakeDeps(web, services, { hostConcurrency: 1, timeoutMs: 50 });
  const blocker = await services.hostAcquire("host:a.example", { concurrency: 1, delayMs: 0 });
  await assertRejects(
    () => scrapePage({ url: "https://a.example/p", respectRobots: false }, deps),
    DeferredError,
  );
  await services.hostRelease(blocker);
  await services.gate.acquire("host:a.example", { concurrency: 1, delayMs: 0 });
  assertEquals(web.requests.length, 0);
});

Deno.test("a scrape is deferred at once where its host's turn is far, but waits where it has had one already", async () => {
  const web = new FakeWeb({
    "https://a.example/robots.txt": { body: "User-agent: *\nCrawl-delay: 3600" },
    "https://a.example/p": page(),
    "https://b.example/robots.txt": { status: 404 },
    "https://b.example/r": { status: 302, headers: { location: "https://b.example/s" } },
    "https://b.example/s": page(),
  });
  using services = new FakeServices();
  await scrapePage({ url: "https://a.example/p" }, fakeDeps(web, services));
  const error = await assertRejects(
    () => scrapePage({ url: "https://a.example/p" }, fakeDeps(web, services)),
    DeferredError,
    "host:a.example",
  );
  const waitS = (error.retryAtMs - Date.now()) / 1000;
  assertEquals([waitS > 3500, waitS <= 3600, services.held], [true, true, 0]);
  // Two hops of one host: put off at the second, it would need the first one's turn again, and so on for ever.
  const slow = fakeDeps(web, services, { hostDelayMs: 1200 });
  const robotless = { url: "https://b.example/r", respectRobots: false };
  assertEquals((await scrapePage(robotless, slow)).final_url, "https://b.example/s");
  const slower = fakeDeps(web, services, { hostDelayMs: 60_000 });
  const next = { deadlineMs: Date.now() + 5000, mayDefer: false };
  const none = await assertRejects(
    () =>
      withHostTurn(services, {
        key: "host:b.example",
        limits: { concurrency: 1, delayMs: slower.settings.hostDelayMs },
        ...next,
      }, () => Promise.reject(new Error("no turn was due"))),
    TaskError,
    "No turn",
  );
  assertEquals([none.code, services.held], ["timeout", 0]);
});

Deno.test("scrapePage() stops at once when aborted while it waits for its turn", async () => {
  using services = new FakeServices();
  await services.hostAcquire("host:a.example", { concurrency: 1, delayMs: 0 });
  const controller = new AbortController();
  const deps = fakeDeps(new FakeWeb({}), services, { hostConcurrency: 1 });
  const running = scrapePage({ url: "https://a.example/p", respectRobots: false }, deps, {
    signal: controller.signal,
  });
  controller.abort(new Error("cancelled"));
  await assertRejects(() => running, Error, "cancelled");
});

Deno.test("a host's turn is given to the next while the page is still being read", async () => {
  const web = new FakeWeb({ "https://a.example/p": page() });
  using services = new FakeServices();
  const deps = fakeDeps(web, services);
  const reading = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  const slow = {
    ...web.sandbox,
    fetch: async (...[request, options]: Parameters<typeof web.sandbox.fetch>) => {
      const response = await web.sandbox.fetch(request, options);
      reading.resolve();
      await read.promise;
      return response;
    },
  };
  const scraping = scrapePage({ url: "https://a.example/p", respectRobots: false }, {
    ...deps,
    sandbox: slow,
  });
  await reading.promise;
  assertEquals([services.held, services.feedback], [0, [{ outcome: "answered" }]]);
  read.resolve();
  await scraping;
  assertEquals(services.feedback.length, 1);
});
