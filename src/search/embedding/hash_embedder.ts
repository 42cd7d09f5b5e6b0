import type { Embedder } from "../embedding_port.ts";
import { FUNCTION_WORDS } from "./function_words.ts";
import { plainWord } from "./plain_word.ts";

/*
 * All of this is part of the id: whoever changes what a text's vector is, changes `VERSION`.
 * Measured on Hebrew questions and on terms of a manual, nDCG@10 of vectors alone: 512 dimensions .75 / .57, 768 .81 / .59,
 * 1024 .85 / .60. Fused with words, which is what is searched, 512 and 1024 are the same within .003, and Chroma takes twice
 * the time and memory for 1024. At 1024, without n-grams .55 / .38; n-grams not damped .83 / .58; names in one piece not counted
 * .85 / .57.
 */
const VERSION = 1;
const DIMENSIONS = 512;
const GRAM_LENGTHS = [3, 4, 5];
/** The n-grams of a word together, beside the word itself. */
const GRAM_WEIGHT = 1.5;
/** N-grams that many words of a text share (endings, prefixes) say little: their sum counts by this power. */
const GRAM_POWER = 0.8;
/** A name written in one piece with marks inside (`pg_sleep`, `FP-30X`), beside the words it is made of. */
const NAME_WEIGHT = 2;
/** Letters beyond which a word's length makes it no rarer. */
const LONG_WORD = 12;
/** Longest stretch without a space that is looked at: what is longer is data, not a word. */
const MAX_WORD = 64;

/** Slots of features before they are folded into dimensions; the bit above a dimension's bits is the sign. */
const SLOTS = 1 << 16;

/**
 * The embedded embedder: words and their character n-grams, hashed into a vector. No network, no key, any language. It
 * knows letters, not meanings: what it adds to words is what is spelt alike (prefixes, endings, typing errors).
 */
export class HashEmbedder implements Embedder {
  readonly id = `hash-${VERSION}-${DIMENSIONS}`;
  readonly dimensions = DIMENSIONS;
  readonly batchSize = 256;
  readonly isCostly = false;

  // Scratch of one text, wiped by the list of what was touched.
  readonly #grams = new Float64Array(SLOTS);
  readonly #touched = new Int32Array(SLOTS);

  // deno-lint-ignore require-await -- an abort is a rejection, as with models that are asked over a network
  async embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    options.signal?.throwIfAborted();
    return texts.map((text) => this.#vectorOf(text));
  }

  #vectorOf(text: string): Float32Array {
    const { words, names } = countWords(text);
    const sums = new Float64Array(DIMENSIONS);
    let touched = 0;
    const isOnlyFunction = words.size > 0 && words.keys().every((word) => FUNCTION_WORDS.has(word));
    for (const [word, count] of words) {
      if (!isOnlyFunction && FUNCTION_WORDS.has(word)) continue;
      const weight = weightOf(word, count);
      add(sums, hashOf(word, 0, word.length, WORD_SEED), weight);
      const padded = `<${word}>`;
      let grams = 0;
      for (const length of GRAM_LENGTHS) grams += Math.max(0, padded.length - length + 1);
      const each = GRAM_WEIGHT * weight / Math.sqrt(grams);
      for (const length of GRAM_LENGTHS) {
        for (let at = 0; at + length <= padded.length; at++) {
          const slot = hashOf(padded, at, at + length, GRAM_SEED) & (SLOTS - 1);
          if (this.#grams[slot] === 0) this.#touched[touched++] = slot;
          this.#grams[slot]! += each;
        }
      }
    }
    for (const [name, count] of names) {
      add(sums, hashOf(name, 0, name.length, NAME_SEED), NAME_WEIGHT * weightOf(name, count));
    }
    for (let i = 0; i < touched; i++) {
      const slot = this.#touched[i]!;
      add(sums, slot, Math.pow(this.#grams[slot]!, GRAM_POWER));
      this.#grams[slot] = 0;
    }
    return unit(sums);
  }
}

/** Words by how often, and names made of several words in one piece. */
function countWords(text: string): { words: Map<string, number>; names: Map<string, number> } {
  const words = new Map<string, number>();
  const names = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const [piece] of plainWord(text).matchAll(/[\p{L}\p{N}_$.-]+/gu)) {
    if (piece.length > MAX_WORD) continue;
    const parts = piece.match(/[\p{L}\p{N}]+/gu);
    if (parts === null) continue;
    for (const part of parts) count(words, part);
    if (parts.length > 1) count(names, piece.replace(/[.-]+$/, ""));
  }
  return { words, names };
}

/** Often: more, but ever less more. Long: rarer, so it tells more. */
function weightOf(word: string, count: number): number {
  return (1 + Math.log(count)) * Math.sqrt(Math.min(word.length, LONG_WORD));
}

const WORD_SEED = 0x1d872b41;
const GRAM_SEED = 0x5bd1e995;
const NAME_SEED = 0x7feb352d;

/** FNV-1a with an end that mixes, of the letters from `start` to `end`. */
function hashOf(text: string, start: number, end: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function add(sums: Float64Array, hash: number, weight: number): void {
  sums[hash & (DIMENSIONS - 1)]! += hash & DIMENSIONS ? weight : -weight;
}

/** Of length 1; a text without words is the first axis, so that no vector is nothing. */
function unit(sums: Float64Array): Float32Array {
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  const vector = new Float32Array(DIMENSIONS);
  if (squares === 0) vector[0] = 1;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  if (scale > 0) { for (let i = 0; i < DIMENSIONS; i++) vector[i] = sums[i]! * scale; }
  return vector;
}
