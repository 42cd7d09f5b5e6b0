import { sleep } from "../../platform/deadline.ts";
import { type Embedder, EmbedderError, type EmbedderSpec } from "../embedding_port.ts";
import { embedderId } from "./embedder_id.ts";
import { type EmbeddingsServer, RefusedError, requestEmbeddings } from "./embeddings_request.ts";
import { type Prefixes, prefixesOf } from "./prefixes.ts";
import { RequestPace } from "./request_pace.ts";
import { unitVector } from "./unit_vector.ts";

/** Tries of one batch of documents. Of a query, somebody waits for the answer: it has words to fall back to. */
const DOCUMENT_TRIES = 4;
const QUERY_TRIES = 2;
const BACKOFF_MS = 500;
/** A server that wants to be left alone for longer is its caller's to wait for. */
const MAX_WAIT_S = 20;
/** What no model reads the end of; a text is cut there unasked. */
const MAX_TEXT_LENGTH = 24_000;
/** Text of one request: providers bound that too (OpenAI: 300,000 tokens). */
const MAX_REQUEST_LENGTH = 200_000;
/** Least length texts are cut to where the server says that they are too long. */
const MIN_CUT_LENGTH = 200;

/** Made of the model's name alone: the same model at another address, or with another key, is the same. */
export function openaiEmbedderId(model: string): string {
  return embedderId("openai", model);
}

/**
 * Vectors of any server that speaks OpenAI's `/embeddings`. A batch is tried again where that may help (429, 5xx, no
 * connection, an answer that makes no sense), with backoff and jitter or after the server's Retry-After.
 */
export class OpenaiEmbedder implements Embedder {
  readonly id: string;
  readonly batchSize: number;
  readonly isCostly = true;
  readonly #server: EmbeddingsServer;
  readonly #pace: RequestPace;
  readonly #prefixes: Prefixes;
  readonly #backoffMs: number;
  #dimensions: number | undefined;
  /** A quarter of the bytes; until a server says that it does not know `encoding_format`. */
  #base64 = true;

  /** @param options `backoffMs`: longest first wait between two tries, doubled with each. @default 500 */
  constructor(spec: Extract<EmbedderSpec, { kind: "openai" }>, options: { backoffMs?: number } = {}) {
    const { url, model, apiKey, batchSize, requestsPerMinute, timeoutMs } = spec;
    this.id = openaiEmbedderId(model);
    this.batchSize = batchSize;
    this.#server = { url: url.replace(/\/+$/, ""), model, apiKey, timeoutMs };
    this.#pace = new RequestPace(requestsPerMinute);
    this.#prefixes = prefixesOf(model);
    this.#backoffMs = options.backoffMs ?? BACKOFF_MS;
  }

  get dimensions(): number | undefined {
    return this.#dimensions;
  }

  async embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    options.signal?.throwIfAborted();
    const prefix = this.#prefixes[options.kind];
    const inputs = texts.map((text) => prefix + (text.trim() === "" ? "." : text)); // an empty input is refused
    const vectors: Float32Array[] = [];
    for (const batch of batchesOf(inputs, this.batchSize)) {
      for (const vector of await this.#patiently(batch, options)) vectors.push(this.#checked(vector));
    }
    return vectors;
  }

  /** One batch, tried until it is there, cannot be, or would take too long. */
  async #patiently(
    batch: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    const tries = options.kind === "query" ? QUERY_TRIES : DOCUMENT_TRIES;
    for (let failures = 0;;) {
      await this.#pace.turn(options);
      try {
        return await requestEmbeddings(this.#server, batch, { base64: this.#base64, signal: options.signal });
      } catch (error) {
        if (!(error instanceof EmbedderError)) throw error;
        if (error instanceof RefusedError) {
          if (this.#base64 && error.words.includes("encoding_format")) this.#base64 = false;
          else batch = shorter(batch, error);
          continue;
        }
        if (++failures >= tries || (error.retryAfterS ?? 0) > MAX_WAIT_S) throw error;
        const backoffMs = this.#backoffMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
        await sleep(Math.max(backoffMs, 1000 * (error.retryAfterS ?? 0)), options);
      }
    }
  }

  #checked(vector: Float32Array): Float32Array {
    const { model, url } = this.#server;
    this.#dimensions ??= vector.length;
    if (vector.length !== this.#dimensions) {
      throw new EmbedderError(
        `Cannot use a vector of ${model} at ${url} as it must have ${this.#dimensions} numbers like those before: ` +
          `current length is ${vector.length}`,
        { retryable: false },
      );
    }
    const unit = unitVector(vector);
    if (unit === undefined) {
      throw new EmbedderError(
        `Cannot use a vector of ${model} at ${url} as it must have a direction: all of it is 0`,
        {
          retryable: true,
        },
      );
    }
    return unit;
  }
}

/** Texts cut to what is read of them at most, in requests of `size` texts and a bounded length. */
function* batchesOf(texts: string[], size: number): Generator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    const cut = cutTo(text, MAX_TEXT_LENGTH);
    if (batch.length > 0 && (batch.length === size || length + cut.length > MAX_REQUEST_LENGTH)) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(cut);
    length += cut.length;
  }
  if (batch.length > 0) yield batch;
}

/** The batch with its longest texts cut to half of the longest, where that is what it was refused for; else throws. */
function shorter(batch: string[], refusal: RefusedError): string[] {
  const longest = Math.max(...batch.map((text) => text.length));
  if (!refusal.isTooLong || longest < 2 * MIN_CUT_LENGTH) throw refusal;
  return batch.map((text) => cutTo(text, Math.floor(longest / 2)));
}

/** The beginning of a text; half a surrogate pair at its end is nothing JSON can carry everywhere. */
function cutTo(text: string, length: number): string {
  return text.length > length ? text.slice(0, length).toWellFormed() : text;
}
