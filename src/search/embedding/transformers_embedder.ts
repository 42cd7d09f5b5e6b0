import { type Embedder, EmbedderError } from "../embedding_port.ts";

/** Placeholder. */
export class TransformersEmbedder {
  static open(modelDir: string): Promise<Embedder> {
    throw new EmbedderError(`Cannot embed with the model in ${modelDir}: not built yet`, {
      retryable: false,
    });
  }
}
