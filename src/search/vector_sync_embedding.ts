import { nextTurn } from "../platform/next_turn.ts";
import { messageOf } from "../platform/errors.ts";
import type { OwedChunk } from "./book_port.ts";
import { type Embedder, EmbedderError } from "./embedding_port.ts";

/** Texts between two turns of the event loop, of an embedder that computes here: answers of Chroma must be taken up. */
const TURN_SIZE = 32;

/** Vectors kept at most, whatever became of the chunks they were made for. */
const MAX_KEPT = 4096;

export interface EmbeddedChunk {
  chunk: OwedChunk;
  vector: Float32Array;
}

/** Vectors for owed chunks: what was made and could not be written yet is not made twice. */
export class SyncEmbedding {
  readonly #embedder: Embedder;
  readonly #refused: (chunk: OwedChunk, reason: string) => void;
  /** By text; only of batches that are not written yet. */
  readonly #kept = new Map<string, Float32Array>();
  #embedded = 0;

  /** `refused` is told of a text that the embedder will never take. */
  constructor(embedder: Embedder, refused: (chunk: OwedChunk, reason: string) => void) {
    this.#embedder = embedder;
    this.#refused = refused;
  }

  /** Texts embedded since the start. */
  get embedded(): number {
    return this.#embedded;
  }

  /** @throws {EmbedderError} the embedder cannot be asked now */
  async vectorsOf(chunks: readonly OwedChunk[], signal: AbortSignal): Promise<EmbeddedChunk[]> {
    const byText = new Map(chunks.map((chunk) => [chunk.embedText, chunk]));
    const missing = [...byText.values()].filter(({ embedText }) => !this.#kept.has(embedText));
    const { batchSize, isCostly } = this.#embedder;
    const size = Math.max(1, isCostly ? batchSize : Math.min(batchSize, TURN_SIZE));
    const proof = { isWell: false };
    for (let at = 0; at < missing.length; at += size) {
      await nextTurn();
      signal.throwIfAborted();
      await this.#embed(missing.slice(at, at + size), signal, proof);
    }
    const batch = chunks.flatMap((chunk) => {
      const vector = this.#kept.get(chunk.embedText);
      return vector === undefined ? [] : [{ chunk, vector }];
    });
    for (const text of this.#kept.keys()) if (this.#kept.size > MAX_KEPT) this.#kept.delete(text);
    return batch;
  }

  /** They are written, or never will be. */
  forget(chunks: readonly EmbeddedChunk[]): void {
    for (const { chunk } of chunks) this.#kept.delete(chunk.embedText);
  }

  /** What it refuses is halved until the texts are found that it does not take. */
  async #embed(chunks: OwedChunk[], signal: AbortSignal, proof: { isWell: boolean }): Promise<void> {
    let vectors: Float32Array[];
    try {
      vectors = await this.#ask(chunks.map(({ embedText }) => embedText), signal);
      proof.isWell = true;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EmbedderError) || error.retryable) throw error;
      if (chunks.length > 1) {
        const half = chunks.length >> 1;
        await this.#embed(chunks.slice(0, half), signal, proof);
        await this.#embed(chunks.slice(half), signal, proof);
        return;
      }
      // Is it the text, or would it refuse any (a wrong key, a model that is gone)?
      if (!proof.isWell) await this.#ask(["a"], signal);
      proof.isWell = true;
      this.#refused(chunks[0]!, error.message);
      return;
    }
    this.#embedded += chunks.length;
    const length = this.#embedder.dimensions ?? vectors[0]?.length;
    chunks.forEach((chunk, at) => {
      const vector = vectors[at]!;
      if (vector.length === length && vector.every(Number.isFinite)) this.#kept.set(chunk.embedText, vector);
      else this.#refused(chunk, "the embedder's vector has numbers that are none, or not as many as others");
    });
  }

  async #ask(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors = await this.#embedder.embed(texts, { kind: "document", signal }).catch((error) => {
      if (error instanceof EmbedderError || signal.aborted) throw error;
      throw new EmbedderError(`the embedder failed: ${messageOf(error)}`, { retryable: true, cause: error });
    });
    if (vectors.length !== texts.length) {
      throw new EmbedderError(`the embedder gave ${vectors.length} vectors for ${texts.length} texts`, {
        retryable: true,
      });
    }
    return vectors;
  }
}
