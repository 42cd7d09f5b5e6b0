import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { InterruptedError } from "../../src/platform/errors.ts";
import type { HopRequest } from "../../src/sandbox/port.ts";
import { articlePage, startSite } from "../fakes/site.ts";
import { assertCode, BAD_CHILD, errorOf, isAlive, make } from "./make.ts";

const LIMIT = { timeoutMs: 20_000 };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const html = (body: string, init: ResponseInit = {}) =>
  new Response(body, { ...init, headers: { "content-type": "text/html; charset=utf-8", ...init.headers } });

Deno.test("fetch() with extract answers with the page and lets go of the body", async () => {
  const page = articlePage("One trip");
  const short = "<p>שלום words";
  await using site = startSite({
    "/page": html(page),
    "/hebrew": new Response(short, { headers: { "content-type": "text/html; charset=utf-8" } }),
    "/gone": html("no such page", { status: 404 }),
    "/moved": html("elsewhere", { status: 302, headers: { location: "/page" } }),
    "/none": new Response(null, { status: 204 }),
    "/image": new Response("\x89PNG\r\n\x1a\n\0\0", { headers: { "content-type": "image/png" } }),
  });
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  let begun = 0;
  const get = (path: string, more: Partial<HopRequest> = {}) =>
    sandbox.fetch({
      url: site.url + path,
      maxBytes: 100_000,
      extract: { url: site.url + path, formats: ["markdown"] },
      ...more,
    }, { ...LIMIT, onExtract: () => begun++ });

  const whole = await get("/page");
  assertStringIncludes(whole.page!.markdown!, "page called One trip");
  assertEquals([whole.body, whole.sizeBytes, whole.bodySha256], [undefined, page.length, sha256(page)]);
  assert(whole.extractMs! >= 0);
  assertEquals(begun, 1);
  assertStringIncludes((await get("/hebrew")).page!.markdown!, "שלום");

  begun = 0;
  const gone = await get("/gone");
  assertEquals([gone.page, gone.body?.sizeBytes], [undefined, 12]);
  assertEquals(new TextDecoder().decode(await sandbox.readBody(gone.body!, LIMIT)), "no such page");
  const moved = await get("/moved");
  assertEquals([moved.redirectTo, moved.page, moved.body], [`${site.url}/page`, undefined, undefined]);
  const none = await get("/none");
  assertEquals([none.status, none.page, none.bodySha256], [204, undefined, undefined]);
  const skipped = await get("/page", { skipIfSha256: sha256(page) });
  assertEquals([skipped.page, skipped.body, skipped.bodySha256], [undefined, undefined, sha256(page)]);
  await assertCode(get("/page", { maxBytes: 50 }), "too_large");
  assertEquals(begun, 0);
  assert((await get("/page", { skipIfSha256: sha256("another") })).page);
  await assertCode(get("/image"), "unsupported_content");
  assertEquals(sandbox.status().killed, 0);
});

const ENDS = { "/spin": "timeout", "/heap": "out_of_memory", "/exit": "worker_crashed" };
for (const [path, code] of Object.entries(ENDS)) {
  Deno.test(`fetch() with extract is blamed with ${code} for ${path} and its neighbours are not`, async () => {
    const { promise: slow, resolve: letGo } = Promise.withResolvers<void>();
    await using site = startSite({ "/slow": () => slow.then(() => new Response("late")) }, "page");
    using _ = { [Symbol.dispose]: letGo };
    const cpuMs = code === "timeout" ? 1000 : 20_000;
    await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs }, BAD_CHILD);
    const fetch = (deed: string, onExtract?: () => void, from = site.url) =>
      sandbox.fetch({
        url: from,
        maxBytes: 1000,
        extract: { url: site.url + deed, formats: [] },
      }, { ...LIMIT, onExtract });
    await sandbox.fetch({ url: site.url, maxBytes: 0 }, LIMIT);
    const open = errorOf(fetch("/good", undefined, `${site.url}/slow`));
    const begun = Promise.withResolvers<void>();
    const culprit = assertCode(fetch(path, begun.resolve), code);
    await begun.promise;
    // Has its body, waits for the thread.
    const waiting = errorOf(fetch("/good"));
    const [pid] = sandbox.pids;
    await culprit;
    assert(await waiting instanceof InterruptedError);
    assert(await open instanceof InterruptedError);
    assert(!isAlive(pid!));
    assertEquals((await fetch("/good")).page!.content_hash, "4");
  });
}

Deno.test("fetch() with extract ends by its own timeout while it holds the thread", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 60_000 }, BAD_CHILD);
  await sandbox.fetch({ url: site.url, maxBytes: 10 }, LIMIT);
  const began = performance.now();
  const request = { url: site.url, maxBytes: 1000, extract: { url: `${site.url}/spin`, formats: [] } };
  await assertCode(sandbox.fetch(request, { timeoutMs: 500 }), "timeout");
  assertLess(performance.now() - began, 1500);
});
