import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { pagesOf } from "../scraping/extract/documents/make_pdf.ts";
import { assertCode, make } from "./make.ts";

const LIMIT = { timeoutMs: 30_000 };
const guide = await Deno.readFile(new URL("../fixtures/documents/guide_he.pdf", import.meta.url));

const pdf = (bytes: Uint8Array) =>
  new Response(bytes as BodyInit, { headers: { "content-type": "application/pdf" } });

Deno.test("a child without any permission to read files reads documents of every kind", async () => {
  await using site = startSite({
    "/guide.pdf": () => pdf(guide),
    "/table.csv": new Response("a,b\n1,2", { headers: { "content-type": "text/csv" } }),
    "/feed": new Response("<rss><channel><title>Feed</title></channel></rss>", {
      headers: { "content-type": "text/xml" },
    }),
    "/data": new Response('{"a":1}', { headers: { "content-type": "application/json" } }),
    "/text": new Response("words", { headers: { "content-type": "text/plain" } }),
  });
  await using sandbox = make({ allowPrivateHosts: [site.host], heapMb: 256, cpuMs: 10_000 });
  const read = async (path: string) => {
    const url = site.url + path;
    const extract = { url, formats: ["markdown" as const] };
    return (await sandbox.fetch({ url, maxBytes: 1_000_000, extract }, LIMIT)).page!;
  };
  const page = await read("/guide.pdf");
  assertStringIncludes(page.markdown!, "זהו מדריך קצר (גרסה 2.1) לכיוון הגיטרה.");
  assertEquals(page.pages!.length, 1);
  assertEquals((await read("/table.csv")).markdown, "| a | b |\n| --- | --- |\n| 1 | 2 |");
  assertEquals((await read("/feed")).markdown, "# Feed");
  assertStringIncludes((await read("/data")).markdown!, '"a": 1');
  assertEquals((await read("/text")).markdown, "words");
  assertEquals(sandbox.status().killed, 0);
});

const BOMBS: Record<string, () => Uint8Array> = {
  "a stream of 400 MB": () => pagesOf([new Uint8Array(400_000_000).fill(32)], { packed: true }),
  "five million operators": () =>
    pagesOf([`BT /F1 10 Tf 50 700 Td ${"(a) Tj 9 0 Td ".repeat(5_000_000)}ET`], { packed: true }),
};
for (const [name, bomb] of Object.entries(BOMBS)) {
  Deno.test(`a PDF with ${name} ends within the limits of its child, and the next one is read`, async () => {
    const bytes = bomb();
    await using site = startSite({ "/bomb.pdf": () => pdf(bytes), "/guide.pdf": () => pdf(guide) });
    await using sandbox = make({ allowPrivateHosts: [site.host], heapMb: 256, cpuMs: 4000 });
    const read = (path: string) => {
      const extract = { url: site.url, formats: ["markdown" as const] };
      return sandbox.fetch({ url: site.url + path, maxBytes: 10_000_000, extract }, LIMIT);
    };
    await read("/guide.pdf");
    const began = performance.now();
    const code = await read("/bomb.pdf").then(() => "read", (error) => error.code);
    assertEquals(["read", "timeout", "out_of_memory", "too_large"].includes(code), true, code);
    assertLess(performance.now() - began, 8000);
    assertStringIncludes((await read("/guide.pdf")).page!.markdown!, "זהו מדריך");
  });
}

Deno.test("a PDF that is no PDF fails for itself, not for its child", async () => {
  await using site = startSite({ "/broken.pdf": () => pdf(guide.slice(0, 9000)) });
  await using sandbox = make({ allowPrivateHosts: [site.host], heapMb: 256 });
  const extract = { url: site.url, formats: ["markdown" as const] };
  await assertCode(
    sandbox.fetch({ url: `${site.url}/broken.pdf`, maxBytes: 1_000_000, extract }, LIMIT),
    "unsupported_content",
  );
  assertEquals(sandbox.status().killed, 0);
});
