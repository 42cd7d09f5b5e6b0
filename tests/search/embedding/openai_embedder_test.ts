import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EmbedderError } from "../../../src/search/embedding_port.ts";
import { OpenaiEmbedder } from "../../../src/search/embedding/openai_embedder.ts";
import { embeddingsAnswer, serveEmbeddings, vectorOf } from "./embeddings_stub.ts";

const KEY = "sk-very-secret-0123456789";

function embedder(url: string, spec: Partial<ConstructorParameters<typeof OpenaiEmbedder>[0]> = {}) {
  return new OpenaiEmbedder({
    kind: "openai",
    url,
    model: "stub-model",
    apiKey: KEY,
    batchSize: 2,
    requestsPerMinute: 0,
    timeoutMs: 5000,
    ...spec,
  }, { backoffMs: 1 });
}

async function refusal(work: Promise<unknown>): Promise<EmbedderError> {
  return await assertRejects(() => work, EmbedderError);
}

const DOCUMENT = { kind: "document" } as const;

Deno.test("embed() gives unit vectors in the order of the texts, in batches, whatever order they come in", async () => {
  await using stub = serveEmbeddings();
  const texts = ["פסנתר חשמלי", "a", "bc", "def", "ghij"];
  const model = embedder(`${stub.url}/`);
  const vectors = await model.embed(texts, DOCUMENT);
  assertEquals(stub.calls.map((call) => call.input), [texts.slice(0, 2), texts.slice(2, 4), texts.slice(4)]);
  assertEquals(stub.calls[0]!.path, "/v1/embeddings");
  assertEquals(stub.calls[0]!.model, "stub-model");
  assertEquals(stub.calls[0]!.authorization, `Bearer ${KEY}`);
  texts.forEach((text, i) => {
    const length = Math.hypot(...vectorOf(text));
    assertAlmostEquals(Math.hypot(...vectors[i]!), 1, 1e-6);
    assertAlmostEquals(vectors[i]![0]!, vectorOf(text)[0]! / length, 1e-6);
  });
  assertEquals(model.dimensions, 3);
});

Deno.test("embed() reads numbers as an array where a server does not know base64", async () => {
  await using stub = serveEmbeddings((call) => embeddingsAnswer({ ...call, encoding_format: undefined }));
  const [vector] = await embedder(stub.url).embed(["abc"], DOCUMENT);
  assertAlmostEquals(vector![0]!, 3 / Math.hypot(...vectorOf("abc")), 1e-6);
});

Deno.test("embed() leaves encoding_format out for good once a server refuses it", async () => {
  await using stub = serveEmbeddings((call) =>
    call.encoding_format === undefined
      ? undefined
      : Response.json({ error: { message: "unknown field encoding_format" } }, { status: 400 })
  );
  const model = embedder(stub.url);
  await model.embed(["a"], DOCUMENT);
  await model.embed(["b"], DOCUMENT);
  assertEquals(stub.calls.map((call) => call.encoding_format), ["base64", undefined, undefined]);
});

Deno.test("embed() waits as long as a 429 says, and tries again", async () => {
  await using stub = serveEmbeddings((_, no) =>
    no === 1 ? new Response("slow down", { status: 429, headers: { "retry-after": "1" } }) : undefined
  );
  const startMs = performance.now();
  assertEquals((await embedder(stub.url).embed(["a"], DOCUMENT)).length, 1);
  assert(performance.now() - startMs >= 990);
  assertEquals(stub.calls.length, 2);
});

Deno.test("embed() does not sit out a long Retry-After: its caller is told of it", async () => {
  await using stub = serveEmbeddings(() =>
    new Response("", { status: 429, headers: { "retry-after": "600" } })
  );
  const error = await refusal(embedder(stub.url).embed(["a"], DOCUMENT));
  assertEquals([error.retryable, error.retryAfterS, stub.calls.length], [true, 600, 1]);
});

Deno.test("embed() tries a failing server four times for documents, twice for a query", async () => {
  await using stub = serveEmbeddings(() => new Response("oops", { status: 503 }));
  const error = await refusal(embedder(stub.url).embed(["a"], DOCUMENT));
  assertEquals([error.retryable, stub.calls.length], [true, 4]);
  assertStringIncludes(error.message, "503: oops");
  await refusal(embedder(stub.url).embed(["a"], { kind: "query" }));
  assertEquals(stub.calls.length, 6);
});

Deno.test("embed() goes on after a server error", async () => {
  await using stub = serveEmbeddings((_, no) => no < 3 ? new Response("", { status: 500 }) : undefined);
  assertEquals((await embedder(stub.url).embed(["a"], DOCUMENT)).length, 1);
});

Deno.test("embed() takes a refusal as the last word, in the server's words and without the key", async () => {
  for (const status of [400, 401, 403, 404]) {
    await using stub = serveEmbeddings(() =>
      Response.json({ error: { message: `bad key ${KEY} for stub-model` } }, { status })
    );
    const error = await refusal(embedder(stub.url).embed(["a"], DOCUMENT));
    assertEquals([error.retryable, stub.calls.length], [false, 1]);
    assertStringIncludes(error.message, `${status}: bad key [key] for stub-model`);
  }
});

Deno.test("embed() does not follow a redirect with the key", async () => {
  await using other = serveEmbeddings();
  await using stub = serveEmbeddings(() => Response.redirect(`${other.url}/embeddings`, 307));
  assertEquals((await refusal(embedder(stub.url).embed(["a"], DOCUMENT))).retryable, false);
  assertEquals(other.calls.length, 0);
});

Deno.test("embed() refuses what is not one vector a text", async () => {
  const answers: Record<string, (call: { input: string[] }) => unknown> = {
    "1 vectors for 2 texts": () => ({ data: [{ index: 0, embedding: [1, 2] }] }),
    "3 vectors for 2 texts": () => ({ data: [1, 2, 3].map((n, index) => ({ index, embedding: [n] })) }),
    "two vectors of text 0": () => ({ data: [0, 0].map((index) => ({ index, embedding: [1] })) }),
    "a vector of text 7 of 2": () => ({ data: [0, 7].map((index) => ({ index, embedding: [1] })) }),
    "vectors of 1 and of 2 numbers": () => ({ data: [{ embedding: [1] }, { embedding: [1, 2] }] }),
    "a vector without numbers": () => ({ data: [{ embedding: [] }, { embedding: [null] }] }),
    "a vector that is not base64": () => ({ data: [{ embedding: "%%" }, { embedding: "%%" }] }),
    "a vector with what is no finite number": () => ({
      data: [0, 1].map(() => ({ embedding: new Uint8Array(Float32Array.of(NaN).buffer).toBase64() })),
    }),
    "no list called `data`": () => ({ embeddings: [] }),
    "no JSON": () => undefined,
  };
  for (const [words, answer] of Object.entries(answers)) {
    await using stub = serveEmbeddings((call) => {
      const body = answer(call);
      return body === undefined ? new Response("<html>") : Response.json(body);
    });
    const error = await refusal(embedder(stub.url).embed(["a", "b"], DOCUMENT));
    assertStringIncludes(error.message, words);
    assertEquals(error.retryable, true);
  }
});

Deno.test("embed() refuses vectors of another length than before, and a vector without direction", async () => {
  await using stub = serveEmbeddings((call, no) => embeddingsAnswer(call, [no === 1 ? [1, 2] : [1, 2, 3]]));
  const model = embedder(stub.url);
  await model.embed(["a"], DOCUMENT);
  const error = await refusal(model.embed(["b"], DOCUMENT));
  assertEquals(error.retryable, false);
  assertStringIncludes(error.message, "must have 2 numbers like those before: current length is 3");
  await using zero = serveEmbeddings((call) => embeddingsAnswer(call, [[0, 0]]));
  await refusal(embedder(zero.url).embed(["a"], DOCUMENT));
});

Deno.test("embed() cuts a text that is too long: unasked when no model reads its end, by halves when the server says so", async () => {
  await using stub = serveEmbeddings((call) =>
    Math.max(...call.input.map((text) => text.length)) > 5000
      ? Response.json({ error: { message: "This model's maximum context length is 512 tokens" } }, {
        status: 400,
      })
      : undefined
  );
  const texts = ["ש".repeat(100_000), "short"];
  assertEquals((await embedder(stub.url).embed(texts, DOCUMENT)).length, 2);
  assertEquals(stub.calls.map((call) => call.input.map((text) => text.length)), [
    [24_000, 5],
    [12_000, 5],
    [6000, 5],
    [3000, 5],
  ]);
});

Deno.test("embed() writes what the model's family wants before a text", async () => {
  await using stub = serveEmbeddings();
  const model = embedder(stub.url, { model: "intfloat/multilingual-e5-small" });
  await model.embed(["מה זה"], { kind: "query" });
  await model.embed(["זה"], DOCUMENT);
  assertEquals(stub.calls.map((call) => call.input), [["query: מה זה"], ["passage: זה"]]);
});

Deno.test("embed() gives up on a server that does not answer in time", async () => {
  const { promise: late, resolve: answer } = Promise.withResolvers<undefined>();
  await using stub = serveEmbeddings(() => late);
  const error = await refusal(embedder(stub.url, { timeoutMs: 50 }).embed(["a"], { kind: "query" }));
  answer(undefined);
  assertStringIncludes(error.message, "did not answer within 50 ms");
  assertEquals(error.retryable, true);
});

Deno.test("embed() ends at once with its signal", async () => {
  const { promise: late, resolve: answer } = Promise.withResolvers<undefined>();
  const controller = new AbortController();
  await using stub = serveEmbeddings(() => (controller.abort(new Error("client gone")), late));
  await assertRejects(
    () => embedder(stub.url).embed(["a"], { kind: "query", signal: controller.signal }),
    Error,
    "client gone",
  );
  answer(undefined);
});

Deno.test("embed() without a server says so, and that it may pass", async () => {
  const stub = serveEmbeddings();
  await stub[Symbol.asyncDispose]();
  const error = await refusal(embedder(stub.url).embed(["a"], { kind: "query" }));
  assertStringIncludes(error.message, "the connection failed");
  assertEquals(error.retryable, true);
});

Deno.test("embed() keeps to its requests a minute", async () => {
  await using stub = serveEmbeddings();
  const model = embedder(stub.url, { requestsPerMinute: 300, batchSize: 1 });
  const startMs = performance.now();
  await model.embed(["a", "b", "c"], DOCUMENT);
  assert(performance.now() - startMs >= 395, "the third request begins 400 ms after the first");
});
