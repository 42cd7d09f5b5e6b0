import type { Embedder } from "../embedding_port.ts";

const DIMENSIONS = 1024;

/** The embedded embedder: words and character n-grams hashed to a vector. Needs no network and no key. (Placeholder.) */
export class HashEmbedder implements Embedder {
  readonly id = `hash-0-${DIMENSIONS}`;
  readonly dimensions = DIMENSIONS;
  readonly batchSize = 256;
  readonly isCostly = false;

  embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    options.signal?.throwIfAborted();
    return Promise.resolve(texts.map((text) => {
      const vector = new Float32Array(DIMENSIONS);
      const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
      for (const word of words) {
        vector[hashOf(word)]! += 1;
        const padded = ` ${word} `;
        for (let at = 0; at + 3 <= padded.length; at++) vector[hashOf(padded.slice(at, at + 3))]! += 0.5;
      }
      const length = Math.hypot(...vector);
      if (length === 0) vector[0] = 1;
      else for (let i = 0; i < DIMENSIONS; i++) vector[i]! /= length;
      return vector;
    }));
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % DIMENSIONS;
}
