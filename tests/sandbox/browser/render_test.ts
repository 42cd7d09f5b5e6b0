import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TaskError } from "../../../src/platform/errors.ts";
import { lacksBrowser, makeBrowser, serveSite } from "./make_browser.ts";

const ignore = lacksBrowser();
const LIMITS = { timeoutMs: 20_000 };
const maxBytes = 1_000_000;

Deno.test({
  name:
    "render() gives the page as its scripts made it: fetched data, custom elements, slots, other frames' absence",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/": `<!doctype html><title>shop</title><div id=app>loading</div><x-card><b>slotted</b></x-card>
        <script>
          customElements.define("x-card", class extends HTMLElement {
            connectedCallback() {
              this.attachShadow({ mode: "open" }).innerHTML = "<h2>in shadow</h2><slot>empty</slot>";
            }
          });
          fetch("/data").then((r) => r.json()).then(({ price }) => app.textContent = "price " + price);
        </script>`,
      "/data": () => Response.json({ price: 42 }),
    });
    await using made = await makeBrowser([site.host]);
    const page = await made.browser.render({ url: `${site.origin}/`, maxBytes }, LIMITS);
    assertEquals([page.status, page.finalUrl], [200, `${site.origin}/`]);
    assertEquals(page.contentType, "text/html; charset=utf-8");
    assertStringIncludes(page.html, "<!DOCTYPE html>");
    assertStringIncludes(page.html, '<div id="app">price 42</div>');
    assertStringIncludes(page.html, "<x-card><h2>in shadow</h2><b>slotted</b></x-card>");
    assertEquals(page.screenshotPng, undefined);
    assertEquals(site.seen[0]!.headers.get("user-agent"), "TestBot/1 (+https://bot.test)");
    assertEquals(made.events.includes("browser_started"), true);
  },
});

Deno.test({
  name: "render() tells where it ended up, by redirect and by script, and the status there",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/from": () => new Response(null, { status: 302, headers: { location: "/script" } }),
      "/script": `<script>location.href = "/gone"</script>`,
      "/gone": () => new Response("<p>gone", { status: 410, headers: { "content-type": "text/html" } }),
      "/empty": () => new Response(null, { status: 503 }),
    });
    await using made = await makeBrowser([site.host]);
    const gone = await made.browser.render({ url: `${site.origin}/from`, maxBytes }, LIMITS);
    assertEquals([gone.finalUrl, gone.status], [`${site.origin}/gone`, 410]);
    const empty = await made.browser.render({ url: `${site.origin}/empty`, maxBytes }, LIMITS);
    assertEquals(empty.status, 503);
  },
});

Deno.test({
  name: "render() sends the caller's headers to the page's own origin and nowhere else",
  ignore,
  fn: async () => {
    await using other = serveSite({
      "/data": () => Response.json({}, { headers: { "access-control-allow-origin": "*" } }),
    });
    await using site = serveSite({
      "/": `<p>x<script>fetch("/own"); fetch("${other.origin}/data")</script>`,
    });
    await using made = await makeBrowser([site.host, other.host]);
    const headers = { authorization: "Bearer s3cret", "accept-language": "he" };
    await made.browser.render({ url: `${site.origin}/`, headers, maxBytes }, LIMITS);
    assertEquals(site.seen.map(({ headers }) => headers.get("authorization")), [
      "Bearer s3cret",
      "Bearer s3cret",
    ]);
    assertEquals(other.seen.map(({ headers }) => headers.get("authorization")), [null]);
    assertEquals(other.seen[0]!.headers.has("proxy-authorization"), false);
  },
});

Deno.test({
  name: "render() loads images for a screenshot only, and gives it as a PNG of bounded height",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/": `<body style="margin:0"><div style="height:20000px;background:teal">tall</div><img src=/i.png>`,
      "/i.png": () => new Response(new Uint8Array(10), { headers: { "content-type": "image/png" } }),
    });
    await using made = await makeBrowser([site.host]);
    await made.browser.render({ url: `${site.origin}/`, maxBytes }, LIMITS);
    assertEquals(site.seen.map(({ path }) => path), ["/"]);
    const page = await made.browser.render({ url: `${site.origin}/`, maxBytes, screenshot: true }, LIMITS);
    assert(site.seen.some(({ path }) => path === "/i.png"));
    const png = Uint8Array.fromBase64(page.screenshotPng!);
    assertEquals(new TextDecoder("latin1").decode(png.subarray(1, 4)), "PNG");
    const size = new DataView(png.buffer, 16, 8);
    assertEquals([size.getUint32(0), size.getUint32(4)], [1280, 4096]);
  },
});

Deno.test({
  name: "render() keeps nothing from one page to the next: cookies, storage, cache",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/": `<p id=p></p><script>
        p.textContent = "had:" + document.cookie + (localStorage.x ?? "");
        document.cookie = "c=1"; localStorage.x = "2";
      </script>`,
    });
    await using made = await makeBrowser([site.host]);
    for (let round = 0; round < 2; round++) {
      const { html } = await made.browser.render({ url: `${site.origin}/`, maxBytes }, LIMITS);
      assertStringIncludes(html, "had:</p>");
    }
  },
});

Deno.test({
  name: "render() fails with a code of its own for what is no page, no host, no way there",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/file": () =>
        new Response("x", {
          headers: { "content-type": "application/zip", "content-disposition": "attachment; filename=x.zip" },
        }),
      "/loop": () => new Response(null, { status: 302, headers: { location: "/loop" } }),
      "/home": () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:9/" } }),
      "/big": () => new Response("<p>" + "x".repeat(200_000), { headers: { "content-type": "text/html" } }),
    });
    await using made = await makeBrowser([site.host]);
    const codeOf = async (url: string) => {
      const error = await assertRejects(
        () => made.browser.render({ url, maxBytes: 100_000 }, LIMITS),
        TaskError,
      );
      return error.code;
    };
    assertEquals(await codeOf(`${site.origin}/file`), "unsupported_content");
    assertEquals(await codeOf(`${site.origin}/loop`), "redirect_loop");
    assertEquals(await codeOf(`${site.origin}/home`), "blocked_address");
    assertEquals(await codeOf(`${site.origin}/big`), "too_large");
    assertEquals(await codeOf("http://127.0.0.1:9/"), "blocked_address");
    assertEquals(await codeOf("file:///etc/passwd"), "blocked_address");
    assertEquals(await codeOf("http://no-such-host.invalid/"), "dns");
  },
});

Deno.test("render() without a Chromium names the setting; with a wrong one, says that it does not start", async () => {
  await using without = await makeBrowser([], { chromiumPath: undefined });
  const request = { url: "http://example.com/", maxBytes };
  const error = await assertRejects(
    () => without.browser.render(request, LIMITS),
    TaskError,
    "CHROMIUM_PATH",
  );
  assertEquals([error.code, error.retryable], ["browser_unavailable", false]);
  await using wrong = await makeBrowser([], { chromiumPath: "/bin/false" });
  const other = await assertRejects(() => wrong.browser.render(request, LIMITS), TaskError, "CHROMIUM_PATH");
  assertEquals(other.code, "browser_unavailable");
});
