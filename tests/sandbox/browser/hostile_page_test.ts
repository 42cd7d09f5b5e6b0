import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { InterruptedError, TaskError } from "../../../src/platform/errors.ts";
import { descendants, lacksBrowser, makeBrowser, serveSite } from "./make_browser.ts";

const TIMEOUT_MS = 5000;
/** The deadline's own second, and what a machine with two shared cores adds to any wait. */
const ANSWER_MS = TIMEOUT_MS + 1000 + 500;

function endless(type: string): Response {
  const chunk = new Uint8Array(65_536).fill(120);
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  return new Response(body, { headers: { "content-type": type } });
}

const PAGES: Record<string, [html: string, ends: string]> = {
  "/spin": [`<script>for (;;);</script>`, "timeout"],
  "/spin-later": [`<script>setTimeout(() => { for (;;); }, 50)</script>`, "timeout"],
  "/no-end-of-document": [`<p>text<script src=/hang></script>`, "timeout"],
  "/heap": [`<script>const a = []; for (;;) a.push(new Array(1e5).fill(1.5))</script>`, "out_of_memory"],
  "/dom": [
    `<body><script>for (;;) document.body.append(Object.assign(document.createElement("p"), { textContent: "x".repeat(1e3) }))</script>`,
    "out_of_memory",
  ],
  "/large": [`<body><script>document.body.append("x".repeat(3e6))</script>`, "too_large"],
  "/brings-without-end": [`<script>fetch("/endless").then((r) => r.text())</script>`, "too_large"],
  "/asks-without-end": [
    `<script>setInterval(() => { for (let i = 0; i < 50; i++) fetch("/x?" + Math.random()) }, 1)</script>`,
    "too_large",
  ],
  "/reloads": [`<script>location.reload()</script>`, "too_large"],
  "/windows": [`<p>fine<script>for (let i = 0; i < 1000; i++) window.open("/fine?" + i)</script>`, "a page"],
  "/asks-nicely": [
    `<p>fine<script>onbeforeunload = () => "no"; alert(1); confirm(2); prompt(3); print();
     Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => {})</script>`,
    "a page",
  ],
  "/never-loaded": [`<p>fine<script async src=/hang></script>`, "a page"],
};

Deno.test({
  name:
    "render() ends what a hostile page does, in time and by its own name; its neighbours and the memory are unharmed",
  ignore: lacksBrowser(),
  fn: async () => {
    const hung: PromiseWithResolvers<Response>[] = [];
    await using site = serveSite({
      "/fine": `<p id=p></p><script>p.textContent = "fine"</script>`,
      "/hang": () => {
        const answer = Promise.withResolvers<Response>();
        hung.push(answer);
        return answer.promise;
      },
      "/endless": () => endless("text/plain"),
      "/endless-page": () => endless("text/html"),
      ...Object.fromEntries(Object.entries(PAGES).map(([path, [html]]) => [path, html])),
    });
    await using made = await makeBrowser([site.host], { rssMb: 512 });
    const { browser } = made;
    const render = async (path: string, timeoutMs: number) => {
      const beganMs = performance.now();
      try {
        const { html } = await browser.render({ url: site.origin + path, maxBytes: 2_000_000 }, {
          timeoutMs,
        });
        assertStringIncludes(html, "fine");
        return { end: "a page", tookMs: performance.now() - beganMs };
      } catch (error) {
        return {
          end: error instanceof TaskError ? error.code : String(error),
          tookMs: performance.now() - beganMs,
        };
      }
    };
    await render("/fine", 30_000);
    const processes = (await descendants(browser.status().pid!)).length;
    for (const [path, [, end]] of [...Object.entries(PAGES), ["/endless-page", ["", "too_large"]] as const]) {
      const [bad, neighbour] = await Promise.all([render(path, TIMEOUT_MS), render("/fine", 30_000)]);
      assertEquals(bad.end, end, path);
      assert(bad.tookMs < ANSWER_MS, `${path} took ${bad.tookMs} ms`);
      assertEquals(neighbour.end, "a page", path);
    }
    // Alone again, it has the processes it had: no page has left one behind.
    await render("/fine", 30_000);
    while (browser.status().inHand > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const left = (await descendants(browser.status().pid!)).length;
    assert(left <= processes + 2, `${left} processes of ${processes}`);
    assertEquals(browser.status().crashed, 0);
    for (const { resolve } of hung) resolve(new Response("late"));
  },
});

Deno.test({
  name: "render() refuses requests beyond the limit and goes on with the page",
  ignore: lacksBrowser(),
  fn: async () => {
    await using site = serveSite({
      "/": `<p>fine<script>for (let i = 0; i < 30; i++) fetch("/x?" + i)</script>`,
      "/x": () => new Response("x"),
    });
    await using made = await makeBrowser([site.host], { maxRequests: 10 });
    const page = await made.browser.render({ url: `${site.origin}/`, maxBytes: 1e6 }, { timeoutMs: 20_000 });
    assertStringIncludes(page.html, "fine");
    assertEquals(site.seen.length, 10);
    assert(page.refused >= 21, `${page.refused} refused`);
  },
});

Deno.test({
  name: "render() lets a page of an excepted host out to that one, not to others that are private",
  ignore: lacksBrowser(),
  fn: async () => {
    await using inside = serveSite({ "/": "<p>inside" });
    await using site = serveSite({
      "/": `<p>fine<iframe src="${inside.origin}/"></iframe><script>fetch("${inside.origin}/")</script>`,
    });
    await using made = await makeBrowser([site.host]);
    const page = await made.browser.render({ url: `${site.origin}/`, maxBytes: 1e6 }, { timeoutMs: 20_000 });
    assertStringIncludes(page.html, "fine");
    assertEquals(inside.seen, []);
    assert(page.refused >= 2);
  },
});

Deno.test({
  name: "render() is given up by its caller's signal at once, and its place is free again",
  ignore: lacksBrowser(),
  fn: async () => {
    await using site = serveSite({ "/spin": `<script>for (;;);</script>`, "/fine": "<p>fine" });
    await using made = await makeBrowser([site.host], { concurrency: 1 });
    const stop = new AbortController();
    const beganMs = performance.now();
    const spinning = made.browser.render({ url: `${site.origin}/spin`, maxBytes: 1e6 }, {
      timeoutMs: 60_000,
      signal: stop.signal,
    });
    const waiting = made.browser.render({ url: `${site.origin}/fine`, maxBytes: 1e6 }, { timeoutMs: 30_000 });
    const reason = new InterruptedError("changed my mind");
    while (site.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort(reason);
    assertEquals(await spinning.catch((error) => error), reason);
    assertStringIncludes((await waiting).html, "fine");
    assert(performance.now() - beganMs < 30_000);
  },
});
