import { messageOf } from "../../../src/platform/errors.ts";
import { createEmbedder } from "../../../src/search/embedding/mod.ts";

/** Embeds what it is told with a local model, and answers the vectors. */
const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: (event: MessageEvent<{ modelDir: string; texts: string[] }>) => void;
};

scope.onmessage = async ({ data: { modelDir, texts } }) => {
  try {
    const embedder = await createEmbedder({ kind: "transformers", modelDir });
    const vectors = await embedder.embed(texts, { kind: "document" });
    scope.postMessage(vectors.map((vector) => [...vector]));
  } catch (error) {
    scope.postMessage(messageOf(error));
  }
};
