import { makeBrowser, serveSite } from "./make_browser.ts";

/** A service with a browser and a page in it that never ends, to be killed. One line on stdout once it is so far. */
const site = serveSite({ "/spin": "<script>for (;;);</script>", "/fine": "<p>fine" });
const { browser, folder } = await makeBrowser([site.host]);
await browser.render({ url: `${site.origin}/fine`, maxBytes: 1e6 }, { timeoutMs: 30_000 });
void browser.render({ url: `${site.origin}/spin`, maxBytes: 1e6 }, { timeoutMs: 600_000 });
while (!site.seen.some(({ path }) => path === "/spin")) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log(folder);
await new Promise(() => {});
