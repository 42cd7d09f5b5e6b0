import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import type { PageFormat } from "../../src/sandbox/port.ts";
import { scrapePage } from "../../src/scraping/mod.ts";
import { scrapeOutput } from "../../src/tasks/scrape.ts";
import { needsBrowser } from "../../src/scraping/needs_browser.ts";
import { fakeDeps, FakeServices, FakeWeb } from "./fake_deps.ts";

const PLAIN = {
  body: "<title>T</title><h1>Hello</h1><p class=price>12.50</p><a class=more href=/2>more</a>",
};
const request = { url: "https://a.example/p", brand: "b" };

Deno.test("scrapePage() asks as the brand's profile says, and the caller's own words win", async () => {
  const web = new FakeWeb({ "https://a.example/p": PLAIN });
  using services = new FakeServices();
  services.brand = {
    formats: ["text"],
    brandFields: { price: { selector: ".price", type: "price" } },
    nextSelector: "a.more",
    maxAgeS: 60,
    headers: { "accept-language": "he", cookie: "a=1" },
    render: "never",
    index: false,
  };
  const deps = fakeDeps(web, services);
  const result = await scrapePage({ ...request, headers: { cookie: "b=2" } }, deps);
  assertEquals([result.markdown, typeof result.text], [undefined, "string"]);
  assertEquals(Object.keys(result.fields!), ["price"]);
  assertEquals(result.next_url, "https://a.example/2");
  const { headers } = web.requests.at(-1)!;
  assertEquals([headers?.["accept-language"], headers?.cookie], ["he", "b=2"]);
  // Its max_age_s is the default, not the law.
  assertEquals((await scrapePage({ ...request, headers: { cookie: "b=2" } }, deps)).from_cache, true);
  const own = await scrapePage(
    {
      ...request,
      headers: { cookie: "b=2" },
      maxAgeS: 0,
      formats: ["markdown"],
      brandFields: { title: { selector: "h1" } },
    },
    deps,
  );
  assertEquals([own.from_cache, own.text, own.fields], [false, undefined, { title: "Hello" }]);
});

Deno.test("scrapePage() with render 'always' reads the page as the browser has it, under robots.txt and the host's turn", async () => {
  const web = new FakeWeb({
    "https://a.example/robots.txt": { body: "User-agent: *\nDisallow: /no\nCrawl-delay: 0.01" },
    "https://b.example/robots.txt": { body: "User-agent: *\nDisallow: /" },
  });
  using services = new FakeServices();
  services.browser = { html: "<title>Made</title><h1>By script</h1>", screenshotPng: "iVBORw0KGgo=" };
  const deps = fakeDeps(web, services);
  const always = { url: "https://a.example/p", render: "always", screenshot: true } as const;
  const result = await scrapePage(always, deps);
  assertEquals([result.rendered, result.title, result.screenshot_png], [true, "Made", "iVBORw0KGgo="]);
  assertEquals(web.urls(), ["https://a.example/robots.txt"]);
  assert(services.acquired.includes("host:a.example 8 0 10"), services.acquired.join());
  scrapeOutput.parse(JSON.parse(JSON.stringify(result)));
  const denied = await assertRejects(
    () => scrapePage({ ...always, url: "https://a.example/no" }, deps),
    TaskError,
  );
  assertEquals([denied.code, services.rendered.length], ["robots_denied", 1]);
  services.browser = { ...services.browser, finalUrl: "https://b.example/x" };
  assertEquals((await assertRejects(() => scrapePage(always, deps), TaskError)).code, "robots_denied");
  services.browser = { ...services.browser, finalUrl: "https://a.example/p", status: 404 };
  assertEquals((await assertRejects(() => scrapePage(always, deps), TaskError)).code, "http_4xx");
  services.browser = undefined;
  const none = await assertRejects(() => scrapePage(always, deps), TaskError);
  assertEquals([none.code, services.held, web.bodies], ["browser_unavailable", 0, 0]);
});

Deno.test("a rendered page is kept, told from the plain one, and asked for anew without validators", async () => {
  const web = new FakeWeb({
    "https://a.example/p": { ...PLAIN, headers: { "content-type": "text/html", etag: '"1"' } },
  });
  using services = new FakeServices();
  services.browser = { html: "<title>Made</title><h1>By script</h1>" };
  const deps = fakeDeps(web, services);
  const plain = await scrapePage({ url: request.url }, deps);
  const made = await scrapePage({ url: request.url, render: "always" }, deps);
  assertEquals([plain.title, made.title], ["T", "Made"]);
  const kept = await scrapePage({ url: request.url, render: "always", maxAgeS: 60 }, deps);
  assertEquals([kept.from_cache, kept.rendered, kept.title], [true, true, "Made"]);
  assertStringIncludes(kept.markdown!, "By script");
  await scrapePage({ url: request.url, render: "always" }, deps);
  assertEquals(services.rendered.length, 2);
  const brief = await scrapePage({
    url: request.url,
    render: "always",
    ifChangedFrom: { final_url: request.url, content_hash: made.content_hash },
  }, deps);
  assertEquals([brief.not_modified, brief.rendered, brief.markdown], [true, true, undefined]);
});

Deno.test("scrapePage() with render 'auto' asks the browser for what says nothing without its scripts, and only for that", async () => {
  const words = "This page says in plain words what it is about, so nobody needs a browser for it. ".repeat(
    5,
  );
  const web = new FakeWeb({
    "https://a.example/shell": { body: "<title>App</title><div id=root></div><script src=/app.js></script>" },
    "https://a.example/page": { body: `<title>Page</title><article><h1>Page</h1><p>${words}</p></article>` },
  });
  using services = new FakeServices();
  services.browser = {
    html: `<title>App</title><article><h1>App</h1><p>Made by a script. ${words}</p></article>`,
  };
  const deps = fakeDeps(web, services);
  const auto = (path: string, formats: PageFormat[] = ["metadata"]) =>
    scrapePage({ url: `https://a.example/${path}`, render: "auto", formats }, deps);
  const made = await auto("shell", ["markdown"]);
  assertEquals(made.rendered, true);
  assertStringIncludes(made.markdown!, "Made");
  const plain = await auto("page");
  assertEquals(plain.rendered, undefined);
  // What is no HTML has no scripts that could say more.
  assertEquals(needsBrowser({ ...plain, content_type: "application/json", text: "{}" }), false);
  // Read to judge by, not to be given.
  assertEquals([(await auto("page")).text, (await auto("shell")).text], [undefined, undefined]);
  services.browser = undefined;
  assertEquals((await auto("shell", ["links"])).title, "App");
});
