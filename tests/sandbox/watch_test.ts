import { assert, assertEquals, assertLess } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { assertCode, BAD_CHILD, isAlive, make } from "./make.ts";

const LIMIT = { timeoutMs: 20_000 };
const html = { formats: ["markdown" as const] };

type Made = ReturnType<typeof make>;

async function fetchBody(sandbox: Made, url: string) {
  return (await sandbox.fetch({ url, maxBytes: 2_000_000 }, LIMIT)).body!;
}

async function assertGone(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 5000 && isAlive(pid); waitedMs += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert(!isAlive(pid), `process ${pid} lives`);
}

Deno.test("a child that hangs while no page is known to hold its thread is found by its silence and replaced", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 500 }, BAD_CHILD);
  const body = await fetchBody(sandbox, site.url);
  const [pid] = sandbox.pids;
  const page = await sandbox.extract(body, { url: `${site.url}/hangs-later`, ...html }, LIMIT);
  assertEquals(page.content_hash, "later");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const began = performance.now();
  await assertCode(fetchBody(sandbox, site.url), "timeout");
  assertLess(performance.now() - began, 10_000);
  assert(!isAlive(pid!));
  await fetchBody(sandbox, site.url);
});

Deno.test("a page that holds the thread is ended by its section's clock, before the heartbeat would", async () => {
  await using site = startSite({}, "page");
  const cpuMs = 1000;
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs }, BAD_CHILD);
  const body = await fetchBody(sandbox, site.url);
  const began = performance.now();
  await assertCode(sandbox.extract(body, { url: `${site.url}/spin`, ...html }, LIMIT), "timeout");
  assertLess(performance.now() - began, cpuMs + 1500);
});

Deno.test("a page whose memory grows under the kernel's limits is measured and ended", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: 15_000, rssMb: 400 }, BAD_CHILD);
  const body = await fetchBody(sandbox, site.url);
  await assertCode(sandbox.extract(body, { url: `${site.url}/swells`, ...html }, LIMIT), "out_of_memory");
});

Deno.test("a child that has served its uses is replaced, and goes when its bodies have been taken", async () => {
  await using site = startSite({}, "page");
  await using sandbox = make({ allowPrivateHosts: [site.host], maxUses: 2 }, BAD_CHILD);
  const read = async (body: Awaited<ReturnType<typeof fetchBody>>) =>
    (await sandbox.extract(body, { url: site.url, ...html }, LIMIT)).content_hash;
  const first = await fetchBody(sandbox, site.url);
  const second = await fetchBody(sandbox, site.url);
  const [old] = sandbox.pids;
  assertEquals(sandbox.pids.length, 1);
  const third = await fetchBody(sandbox, site.url);
  assertEquals(sandbox.pids.length, 2, "the old one still holds two bodies");
  assertEquals([await read(third), await read(first)], ["4", "4"]);
  assert(isAlive(old!));
  assertEquals(await read(second), "4");
  await assertGone(old!);
  assertEquals(sandbox.status().killed, 0);
});
