import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { EmbedderError } from "../../../src/search/embedding_port.ts";
import { createEmbedder, embedderIdOf } from "../../../src/search/embedding/mod.ts";
import { type TinyModel, writeTinyModel } from "./tiny_model.ts";

/** Padding and unknown words would be seen at once: their vectors are huge. */
const MODEL: TinyModel = {
  table: [[900, 0], [0, 700], [0, 0], [0, 0], [3, 0], [0, 3], [0, -8]],
  words: ["שלום", "world", "query"],
};

async function withModel(model: TinyModel, body: (folder: string) => Promise<void>, name = "tiny-model") {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, name);
  try {
    await writeTinyModel(folder, model);
    await body(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

// Loaded once and for all: the runtime opens a message port as it loads, which is no leak of the test that comes first.
await withModel(MODEL, async (folder) => void await embed(folder, ["world"]));

async function embed(folder: string, texts: string[], kind: "document" | "query" = "document") {
  const embedder = await createEmbedder({ kind: "transformers", modelDir: folder });
  try {
    return (await embedder.embed(texts, { kind })).map((vector) => [...vector]);
  } finally {
    embedder[Symbol.dispose]?.();
  }
}

const HALF = Math.SQRT1_2;

function assertVectors(vectors: number[][], expected: number[][]): void {
  assertEquals(vectors.length, expected.length);
  vectors.forEach((vector, i) =>
    vector.forEach((number, j) => assertAlmostEquals(number, expected[i]![j]!, 1e-6))
  );
}

Deno.test("a local model gives the mean of a text's tokens, to length 1, and padding has no part in it", async () => {
  await withModel(MODEL, async (folder) => {
    const vectors = await embed(folder, [
      "שלום world שלום world",
      "World",
      "שלום",
      "world שלום",
      "שלום שלום",
    ]);
    assertVectors(vectors, [[HALF, HALF], [0, 1], [1, 0], [HALF, HALF], [1, 0]]);
  });
});

Deno.test("a local model runs with the inputs it has", async () => {
  await withModel({ ...MODEL, inputs: ["attention_mask"], file: "model_quantized.onnx" }, async (folder) => {
    assertVectors(await embed(folder, ["world"]), [[0, 1]]);
  });
  await withModel({ ...MODEL, inputs: ["pixel_values"] }, async (folder) => {
    const error = await assertRejects(() => embed(folder, ["world"]), EmbedderError);
    assertStringIncludes(error.message, "it wants pixel_values");
  });
});

Deno.test("a text longer than its model is cut, and its last token stays", async () => {
  await withModel({ ...MODEL, config: { max_position_embeddings: 4 } }, async (folder) => {
    assertVectors(await embed(folder, [`world world ${"שלום ".repeat(500)}`]), [[0, 1]]);
  });
});

Deno.test("a local model of a family that wants prefixes gets them: by its settings, or by its folder's name", async () => {
  // "query" pulls the vector down: the mean of query (0, -8), ":" (unknown) and world is told from that of world alone.
  const model: TinyModel = {
    ...MODEL,
    words: ["שלום", "world", "query", ":"],
    table: [...MODEL.table, [0, 0]],
  };
  await withModel(
    { ...model, config: { _name_or_path: "intfloat/multilingual-e5-small" } },
    async (folder) => {
      assertVectors(await embed(folder, ["world"], "query"), [[0, -1]]);
    },
  );
  await withModel(model, async (folder) => {
    assertVectors(await embed(folder, ["world"], "query"), [[0, -1]]);
  }, "e5-small");
  await withModel(model, async (folder) => {
    assertVectors(await embed(folder, ["world"], "query"), [[0, 1]]);
  });
});

Deno.test("embedderIdOf() tells models apart, needs no network and stays the same", async () => {
  const ids = new Set<string>();
  for (const words of [["שלום", "world", "query"], ["world", "שלום", "query"]]) {
    await withModel({ ...MODEL, words }, (folder) => {
      const id = embedderIdOf({ kind: "transformers", modelDir: folder });
      assertEquals(embedderIdOf({ kind: "transformers", modelDir: folder }), id);
      ids.add(id);
      return Promise.resolve();
    });
  }
  const openai = (model: string) =>
    embedderIdOf({
      kind: "openai",
      url: "http://x",
      model,
      batchSize: 1,
      requestsPerMinute: 0,
      timeoutMs: 1,
    });
  for (
    const model of [
      "text-embedding-3-small",
      "bge-m3:latest",
      "bge-m3-latest",
      "BGE-M3-latest",
      "x".repeat(200),
    ]
  ) {
    ids.add(openai(model));
    assertEquals(openai(model), openai(model));
  }
  ids.add(embedderIdOf({ kind: "hash" }));
  assertEquals(ids.size, 8);
  for (const id of ids) assertEquals(/^[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]$/.test(id), true, id);
  assertEquals(openai("text-embedding-3-small"), "openai-text-embedding-3-small");
});

Deno.test("an incomplete folder is refused with what is missing", async () => {
  await withModel(MODEL, async (folder) => {
    await Deno.remove(join(folder, "tokenizer.json"));
    const spec = { kind: "transformers", modelDir: folder } as const;
    assertStringIncludes(
      (await assertRejects(() => createEmbedder(spec), EmbedderError)).message,
      "tokenizer.json",
    );
    await Deno.remove(join(folder, "onnx"), { recursive: true });
    const error = await assertRejects(() => createEmbedder(spec), EmbedderError);
    assertStringIncludes(error.message, "must have one of onnx/model.onnx");
    assertEquals(error.retryable, false);
  });
});

Deno.test("a file that is no model is refused in the runtime's words", async () => {
  await withModel(MODEL, async (folder) => {
    await Deno.writeTextFile(join(folder, "onnx/model.onnx"), "no model");
    const spec = { kind: "transformers", modelDir: folder } as const;
    const error = await assertRejects(() => createEmbedder(spec), EmbedderError);
    assertStringIncludes(error.message, "Cannot run the model");
  });
});

Deno.test("a local model runs in a thread that may read and nothing else", async () => {
  await withModel(MODEL, async (folder) => {
    const worker = new Worker(new URL("./embedding_thread.ts", import.meta.url), {
      type: "module",
      deno: {
        permissions: { read: true, net: false, env: false, write: false, run: false, ffi: false, sys: false },
      },
    } as WorkerOptions);
    try {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => (event.preventDefault(), reject(new Error(event.message)));
      worker.postMessage({ modelDir: folder, texts: ["world", "שלום"] });
      assertVectors(await promise as number[][], [[0, 1], [1, 0]]);
    } finally {
      worker.terminate();
    }
  });
});
