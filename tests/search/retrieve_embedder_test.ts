import { assert, assertEquals, assertRejects } from "@std/assert";
import { HashEmbedder } from "../../src/search/embedding/hash_embedder.ts";

const embedder = new HashEmbedder();
const embed = (...texts: string[]) => embedder.embed(texts, { kind: "document" });
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

Deno.test("HashEmbedder makes unit vectors of every text, of none too", async () => {
  for (const vector of await embed("A stage piano", "פסנתר במה", "", "...", "של את", "x".repeat(100_000))) {
    assertEquals(vector.length, embedder.dimensions);
    assert(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
  }
});

Deno.test("HashEmbedder's vectors are what its id says, for ever", async () => {
  assertEquals(embedder.id, "hash-1-512");
  const [vector] = await embed("The Roland FP-30X is a stage piano. הפסנתר של רולנד pg_sleep");
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new Int32Array(vector!.map((x) => Math.round(x * 1e5)))),
  );
  assertEquals(bytes.toHex().slice(0, 16), "0ee57c003471b294");
});

Deno.test("HashEmbedder finds what is spelt alike nearer than what is not", async () => {
  const cases = [
    ["פסנתר", "הפסנתרים הגדולים", "כינור ישן מאוד"],
    ["שָׁלוֹם", "שלום", "להתראות"],
    ["amplifer", "an amplifier for guitars", "a piano with strings"],
    ["pg_sleep", "call pg_sleep to wait", "call now() to ask the time"],
    ["Café", "cafe", "bar"],
    ['צה"ל', "צהל", "עיר"],
  ];
  for (const texts of cases) {
    const [query, near, far] = await embed(...texts);
    assert(cosine(query!, near!) > cosine(query!, far!) + 0.1, texts.join(" / "));
  }
});

Deno.test("HashEmbedder embeds a text the same whatever stands beside it", async () => {
  const [alone] = await embed("one and only");
  const [, beside] = await embed("something else, long enough to touch many slots", "one and only");
  assertEquals(alone, beside);
});

Deno.test("HashEmbedder rejects where it is aborted", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => embedder.embed(["x"], { kind: "query", signal }), Error, "enough");
});
