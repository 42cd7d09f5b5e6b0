import type { Embedder, EmbedderSpec } from "../embedding_port.ts";
import { CachedEmbedder } from "./cached_embedder.ts";
import { HashEmbedder } from "./hash_embedder.ts";
import { OpenaiEmbedder, openaiEmbedderId } from "./openai_embedder.ts";
import { transformersEmbedderId } from "./transformers_id.ts";

/**
 * The id the embedder of `spec` will have. Needs no network: at the start it decides which generation of the index serves.
 * @throws {EmbedderError} the model's folder cannot be read
 */
export function embedderIdOf(spec: EmbedderSpec): string {
  switch (spec.kind) {
    case "hash":
      return new HashEmbedder().id;
    case "openai":
      return openaiEmbedderId(spec.model);
    case "transformers":
      return transformersEmbedderId(spec.modelDir);
  }
}

/**
 * Makes the embedder of `spec`; asks no server yet. Whoever made it disposes it (`embedder[Symbol.dispose]?.()`).
 * @throws {EmbedderError} a model's folder is incomplete, or what runs it has not been fetched
 */
export async function createEmbedder(spec: EmbedderSpec): Promise<Embedder> {
  if (spec.kind === "hash") return new HashEmbedder();
  const embedder = spec.kind === "openai" ? new OpenaiEmbedder(spec) : await loadTransformers(spec.modelDir);
  return spec.cacheFile === undefined ? embedder : new CachedEmbedder(embedder, { path: spec.cacheFile });
}

/** Loaded late: most never name a model of their own. */
async function loadTransformers(modelDir: string): Promise<Embedder> {
  const { TransformersEmbedder } = await import("./transformers_embedder.ts");
  return await TransformersEmbedder.open(modelDir);
}
