import { assert, assertEquals, assertLess } from "@std/assert";
import { InterruptedError } from "../../src/platform/errors.ts";
import type { FieldSchema } from "../../src/sandbox/field_schema.ts";
import { startSite } from "../fakes/site.ts";
import { assertCode, errorOf, isAlive, make } from "./make.ts";

const LIMIT = { timeoutMs: 60_000 };
const CPU_MS = 1500;

/** Siblings that a chain of `~` compares each with each, several times over. */
const WIDE = `<p>start</p>${"<i>x</i>".repeat(20_000)}`;
/** What `(a+)+b` backtracks over without an end. */
const LONG_WORD = `<p>${"a".repeat(10_000)}</p>`;

const CATASTROPHES: Record<string, { page: string; fields: FieldSchema }> = {
  selector: { page: WIDE, fields: { x: { selector: "b ~ i ~ i ~ i ~ i" } } },
  pattern: { page: LONG_WORD, fields: { x: { selector: "p", pattern: "(a+)+b" } } },
};

for (const [what, { page, fields }] of Object.entries(CATASTROPHES)) {
  Deno.test(`a catastrophic ${what} ends in timeout, its neighbours go back unharmed and the next page is read`, async () => {
    await using site = startSite({ "/bad": page, "/good": `<h1>Good</h1><p class="price">₪ 10</p>` });
    await using sandbox = make({ allowPrivateHosts: [site.host], cpuMs: CPU_MS, heapMb: 256, rssMb: 768 });
    const fetched = async (path: string) =>
      (await sandbox.fetch({ url: site.url + path, maxBytes: 2_000_000 }, LIMIT)).body!;
    const ask = { url: site.url, contentType: "text/html", formats: ["json" as const] };
    const price: FieldSchema = { price: { selector: ".price", type: "price" } };
    const [bad, neighbour] = [await fetched("/bad"), await fetched("/good")];
    const [pid] = sandbox.pids;
    const began = performance.now();
    const culprit = assertCode(sandbox.extract(bad, { ...ask, fields }, LIMIT), "timeout");
    const beside = errorOf(sandbox.extract(neighbour, { ...ask, fields: price }, LIMIT));
    assertEquals((await culprit).retryable, false);
    // Its own limit and no more than a second, of which starting on a busy machine takes its part.
    assertLess(performance.now() - began, CPU_MS + 1000);
    assert(await beside instanceof InterruptedError);
    assert(!isAlive(pid!));
    const read = await sandbox.extract(await fetched("/good"), { ...ask, fields: price }, LIMIT);
    assertEquals(read.json, { price: "10" });
  });
}

Deno.test("extract() reads the caller's fields, the brand's and the next page in one go", async () => {
  const page = `<nav class="crumbs"><a href="/">Home</a></nav><h1>Keys</h1><ul class="steps"><li class="fwd">
    <a href="?from=20">20 others</a></li></ul><script>var x = 1</script>`;
  await using site = startSite({ "/list": page });
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  const { body } = await sandbox.fetch({ url: `${site.url}/list`, maxBytes: 10_000 }, LIMIT);
  const read = await sandbox.extract(body!, {
    url: `${site.url}/list`,
    contentType: "text/html",
    formats: ["json", "markdown"],
    fields: { crumb: { selector: ".crumbs a" } },
    brandFields: { title: { selector: "h1" }, script: { selector: "script" } },
    nextSelector: ".steps .fwd",
  }, LIMIT);
  assertEquals(read.json, { crumb: "Home" });
  assertEquals(read.fields, { title: "Keys", script: null });
  assertEquals(read.next_url, `${site.url}/list?from=20`);
});

Deno.test("extract() answers null for fields of what is no page", async () => {
  await using site = startSite({
    "/t": new Response("words", { headers: { "content-type": "text/plain" } }),
  });
  await using sandbox = make({ allowPrivateHosts: [site.host] });
  const { body } = await sandbox.fetch({ url: `${site.url}/t`, maxBytes: 10_000 }, LIMIT);
  const read = await sandbox.extract(body!, {
    url: `${site.url}/t`,
    contentType: "text/plain",
    formats: ["json"],
    fields: { a: { selector: "p" } },
  }, LIMIT);
  assertEquals(read.json, null);
});
