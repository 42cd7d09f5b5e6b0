import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { InterruptedError } from "../../src/platform/errors.ts";
import { articlePage } from "../fakes/site.ts";
import { assertCode, errorOf, make } from "./make.ts";

const LIMIT = { timeoutMs: 20_000 };

/** Bytes of every value, many frames of them. */
function manyBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return bytes;
}

Deno.test("put() leaves bytes with a child that can be read, extracted and dropped as if fetched", async () => {
  await using sandbox = make();
  const bytes = manyBytes(3_000_001);
  const body = await sandbox.put(bytes, LIMIT);
  assertEquals(body.sizeBytes, bytes.length);
  assertEquals(await sandbox.readBody(body, LIMIT), bytes);
  assert(await errorOf(sandbox.readBody(body, LIMIT)) instanceof InterruptedError);

  const page = await sandbox.put(new TextEncoder().encode(articlePage("Rendered שלום")), LIMIT);
  const request = { url: "https://a.example/", contentType: "text/html; charset=utf-8", formats: [] };
  const read = await sandbox.extract(page, { ...request, formats: ["markdown"] }, LIMIT);
  assertStringIncludes(read.markdown!, "page called Rendered שלום");

  const empty = await sandbox.put(new Uint8Array(0), LIMIT);
  assertEquals((await sandbox.readBody(empty, LIMIT)).length, 0);
});

Deno.test("put() counts against what a child may hold, and a put that is aborted gives its room back", async () => {
  await using sandbox = make({ rssMb: 192 }); // 96 MiB of bodies
  await assertCode(sandbox.put(new Uint8Array(101_000_000), LIMIT), "too_large");
  const held = await sandbox.put(new Uint8Array(60_000_000), LIMIT);
  assert(await errorOf(sandbox.put(new Uint8Array(60_000_000), LIMIT)) instanceof InterruptedError);
  sandbox.drop(held);
  for (let i = 0; i < 3; i++) {
    const abort = new AbortController();
    const put = errorOf(sandbox.put(new Uint8Array(60_000_000), { ...LIMIT, signal: abort.signal }));
    // The child is ready, so the call is made within these turns and its bytes are on their way.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    abort.abort(new Error("enough"));
    assertEquals((await put).message, "enough");
  }
  const again = await sandbox.put(new Uint8Array(60_000_000), LIMIT);
  assertEquals((await sandbox.readBody(again, LIMIT)).length, 60_000_000);
});
