import { assert, assertEquals, assertLess } from "@std/assert";
import { InterruptedError } from "../../src/platform/errors.ts";
import { startSite } from "../fakes/site.ts";
import { HOSTILE_PAGES } from "../fixtures/hostile/pages.ts";
import { assertCode, BAD_CHILD, errorOf, isAlive, make } from "./make.ts";

const LIMIT = { timeoutMs: 30_000 };
const FETCH = { maxBytes: 2_000_000 };
const html = { formats: ["markdown" as const] };

async function fetchBody(sandbox: ReturnType<typeof make>, url: string) {
  return (await sandbox.fetch({ url, ...FETCH }, LIMIT)).body!;
}

for (const [name, page] of Object.entries(HOSTILE_PAGES)) {
  Deno.test(`extract() survives or ends the ${name} page within its limit, and the next page is read`, async () => {
    await using site = startSite({ "/bad": page(), "/good": "<h1>Good</h1><p>text" });
    await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 5000, rssMb: 768, heapMb: 256 });
    const body = await fetchBody(sandbox, `${site.url}/bad`);
    const began = performance.now();
    try {
      await sandbox.extract(body, { url: site.url, contentType: "text/html", ...html }, LIMIT);
    } catch (error) {
      assert(["timeout", "out_of_memory"].includes((error as { code: string }).code), String(error));
    }
    assertLess(performance.now() - began, 6000);
    const good = await fetchBody(sandbox, `${site.url}/good`);
    const read = await sandbox.extract(good, { url: site.url, contentType: "text/html", ...html }, LIMIT);
    assert(read.markdown!.includes("Good"));
  });
}

const ENDS = {
  "/spin": "timeout",
  "/heap": "out_of_memory",
  "/buffers": "out_of_memory",
  "/exit": "worker_crashed",
};
for (const [path, code] of Object.entries(ENDS)) {
  Deno.test(`extract() fails with ${code} on ${path}, neighbours are interrupted, the process is gone`, async () => {
    await using site = startSite({}, "page");
    // A heap fills up slowly on a busy machine: collecting garbage takes most of the time.
    const cpuMs = code === "timeout" ? 3000 : 20_000;
    await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs }, BAD_CHILD);
    const [bad, waiting, held] = await Promise.all([1, 2, 3].map(() => fetchBody(sandbox, site.url)));
    const [pid] = sandbox.pids;
    const began = performance.now();
    const culprit = assertCode(sandbox.extract(bad!, { url: site.url + path, ...html }, LIMIT), code);
    const neighbour = errorOf(sandbox.extract(waiting!, { url: `${site.url}/good`, ...html }, LIMIT));
    assertEquals((await culprit).retryable, code === "worker_crashed");
    assertLess(performance.now() - began, cpuMs + 1000);
    assert(!isAlive(pid!));
    assert(await neighbour instanceof InterruptedError);
    assert(
      await errorOf(sandbox.extract(held!, { url: site.url, ...html }, LIMIT)) instanceof InterruptedError,
    );
    const next = await fetchBody(sandbox, site.url);
    assertEquals((await sandbox.extract(next, { url: site.url, ...html }, LIMIT)).content_hash, "4");
    assertEquals(sandbox.status().killed, 1);
  });
}

Deno.test("extract() ends by its own timeout when that is shorter than the limit of a section", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 60_000 }, BAD_CHILD);
  const body = await fetchBody(sandbox, site.url);
  const began = performance.now();
  await assertCode(
    sandbox.extract(body, { url: `${site.url}/spin`, ...html }, { timeoutMs: 400 }),
    "timeout",
  );
  assertLess(performance.now() - began, 1400);
});

Deno.test("extract() that is aborted frees the thread it held", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 60_000 }, BAD_CHILD);
  const body = await fetchBody(sandbox, site.url);
  const [pid] = sandbox.pids;
  const abort = new AbortController();
  const work = errorOf(
    sandbox.extract(body, { url: `${site.url}/spin`, ...html }, { ...LIMIT, signal: abort.signal }),
  );
  const neighbour = errorOf(
    sandbox.fetch({ url: site.url, ...FETCH }, LIMIT).then((hop) =>
      sandbox.extract(hop.body!, { url: site.url, ...html }, LIMIT)
    ),
  );
  const reason = new Error("enough");
  setTimeout(() => abort.abort(reason), 200);
  assertEquals(await work, reason);
  assert(await neighbour instanceof InterruptedError);
  assert(!isAlive(pid!));
});

Deno.test("a child that forges frames, answers nonsense or floods its pipe hurts itself only", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 5000 }, BAD_CHILD);
  const ask = async (path: string) =>
    await sandbox.extract(await fetchBody(sandbox, site.url), { url: site.url + path, ...html }, LIMIT);
  assertEquals((await ask("/forge")).content_hash, "forge");
  await assertCode(ask("/misshapen"), "handler_error");
  await assertCode(ask("/endless-line"), "worker_crashed");
  assertEquals((await ask("/good")).content_hash, "4");
});

Deno.test("twenty spinning pages in a row leave no process behind", async () => {
  await using site = startSite({}, "page");
  const seen = new Set<number>();
  {
    await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 100 }, BAD_CHILD);
    for (let i = 0; i < 20; i++) {
      const body = await fetchBody(sandbox, site.url);
      for (const pid of sandbox.pids) seen.add(pid);
      await assertCode(sandbox.extract(body, { url: `${site.url}/spin`, ...html }, LIMIT), "timeout");
    }
    assertEquals(sandbox.status().killed, 20);
  }
  assertEquals([...seen].filter(isAlive), []);
});
