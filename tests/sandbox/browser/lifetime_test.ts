import { assert, assertEquals, assertRejects } from "@std/assert";
import { InterruptedError, TaskError } from "../../../src/platform/errors.ts";
import { descendants, lacksBrowser, makeBrowser, serveSite, untilGone } from "./make_browser.ts";

const ignore = lacksBrowser();
const LIMITS = { timeoutMs: 30_000 };

Deno.test({
  name: "a service that is killed with a page in its browser leaves no process behind",
  ignore,
  fn: async () => {
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", new URL("./lifetime_holder.ts", import.meta.url).pathname],
      stdout: "piped",
    }).spawn();
    const lines = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const folder = (await lines.read()).value!.trim();
    const family = await descendants(holder.pid);
    assert(family.length >= 5, `${family.length} processes`);
    holder.kill("SIGKILL");
    await holder.status;
    await lines.cancel();
    assertEquals(await untilGone(family, 10_000), []);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a Chromium that is killed costs the pages it had no attempt, and the next page starts another",
  ignore,
  fn: async () => {
    await using site = serveSite({
      "/a": "<script>for (;;);</script>",
      "/b": "<script>for (;;);</script>",
      "/fine": "ok",
    });
    await using made = await makeBrowser([site.host]);
    const { browser } = made;
    const url = (path: string) => ({ url: site.origin + path, maxBytes: 1e6 });
    const both = [browser.render(url("/a"), LIMITS), browser.render(url("/b"), LIMITS)];
    while (site.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    Deno.kill(browser.status().pid!, "SIGKILL");
    for (const page of both) await assertRejects(() => page, InterruptedError);
    assertEquals((await browser.render(url("/fine"), LIMITS)).status, 200);
    assertEquals([browser.status().started, browser.status().crashed], [2, 1]);
    // One of the two may be the cause: each comes alone now, and alone its crash is its own.
    const again = [browser.render(url("/a"), LIMITS), browser.render(url("/b"), LIMITS)];
    for (const [at, page] of again.entries()) {
      while (site.seen.length < 4 + at) await new Promise((resolve) => setTimeout(resolve, 20));
      Deno.kill(browser.status().pid!, "SIGKILL");
      assertEquals((await assertRejects(() => page, TaskError)).code, "worker_crashed");
    }
  },
});

Deno.test({
  name: "the browser is replaced after its pages, closed when idle, and its profiles go with it",
  ignore,
  fn: async () => {
    await using site = serveSite({ "/": "<p>fine" });
    await using made = await makeBrowser([site.host], { maxPages: 2, idleMs: 300 });
    const { browser, folder } = made;
    await Deno.mkdir(`${folder}/left-by-a-killed-one`);
    for (let pages = 0; pages < 3; pages++) {
      await browser.render({ url: `${site.origin}/`, maxBytes: 1e6 }, LIMITS);
      while (browser.status().inHand > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(browser.status().started, 2);
    while (browser.status().alive) await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(browser.status().crashed, 0);
    while ([...Deno.readDirSync(folder)].length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const family = await descendants(Deno.pid);
    await browser[Symbol.asyncDispose]();
    assertEquals(await untilGone(family, 5000), []);
    await assertRejects(
      () => browser.render({ url: `${site.origin}/`, maxBytes: 1e6 }, LIMITS),
      InterruptedError,
    );
  },
});
