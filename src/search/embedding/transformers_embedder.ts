import { messageOf } from "../../platform/errors.ts";
import { nextTurn } from "../../platform/next_turn.ts";
import { type Embedder, EmbedderError } from "../embedding_port.ts";
import { type ModelFolder, readModelFolder } from "./model_folder.ts";
import {
  loadRuntime,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
  type Tokenizer,
} from "./model_runtime.ts";
import { pool } from "./pooling.ts";
import { transformersEmbedderId } from "./transformers_id.ts";
import { unitVector } from "./unit_vector.ts";

/** Texts in one run of the model, which holds its thread meanwhile. */
const RUN_SIZE = 4;
/** Letters read for each token a model takes: what is longer is cut before it is split into tokens. */
const LETTERS_PER_TOKEN = 16;

/**
 * A transformers model from a folder of the operator's own, run in this thread by ONNX Runtime as WebAssembly: nothing but
 * reading is asked for. A run holds the thread; between runs others have their turn.
 */
export class TransformersEmbedder implements Embedder {
  readonly id: string;
  readonly batchSize = 32;
  readonly isCostly = true;
  #dimensions: number | undefined;
  readonly #folder: Omit<ModelFolder, "weights" | "externalData">;
  readonly #onnx: OnnxRuntime;
  readonly #session: OnnxSession;
  readonly #tokenizer: Tokenizer;
  /** A session runs once at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    id: string;
    folder: Omit<ModelFolder, "weights" | "externalData">;
    onnx: OnnxRuntime;
    session: OnnxSession;
    tokenizer: Tokenizer;
  }) {
    this.id = parts.id;
    this.#folder = parts.folder;
    this.#onnx = parts.onnx;
    this.#session = parts.session;
    this.#tokenizer = parts.tokenizer;
  }

  /** @throws {EmbedderError} the folder is incomplete, the model cannot be run, or its runtime is not to be had */
  static async open(modelDir: string): Promise<TransformersEmbedder> {
    const id = transformersEmbedderId(modelDir);
    const { weights, externalData, ...folder } = readModelFolder(modelDir);
    const { onnx, tokenizerOf } = await loadRuntime();
    try {
      const tokenizer = tokenizerOf(folder.tokenizer, folder.tokenizerConfig);
      const session = await keepingWorker(() =>
        onnx.InferenceSession.create(weights, {
          executionProviders: ["wasm"],
          ...(externalData.length > 0 ? { externalData } : {}),
        })
      );
      const unknown = session.inputNames.filter((name) => !INPUTS.includes(name));
      if (unknown.length > 0) {
        throw new Error(`it wants ${unknown.join(", ")}, and only ${INPUTS.join(", ")} are known`);
      }
      return new TransformersEmbedder({ id, folder, onnx, session, tokenizer });
    } catch (error) {
      throw new EmbedderError(`Cannot run the model in ${modelDir}: ${messageOf(error)}`, {
        retryable: false,
        cause: error,
      });
    }
  }

  get dimensions(): number | undefined {
    return this.#dimensions;
  }

  embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    const work = this.#last.then(() => this.#embed(texts, options));
    this.#last = work.catch(() => {});
    return work;
  }

  [Symbol.dispose](): void {
    this.#last = this.#last.then(() => this.#session.release()).catch(() => {});
  }

  async #embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]> {
    const prefix = this.#folder.prefixes[options.kind];
    const rows = texts.map((text, place) => ({ place, ids: this.#idsOf(prefix + text) }));
    rows.sort((a, b) => a.ids.length - b.ids.length); // texts of one length need no padding
    const vectors = new Array<Float32Array>(texts.length);
    for (let start = 0; start < rows.length; start += RUN_SIZE) {
      options.signal?.throwIfAborted();
      const run = rows.slice(start, start + RUN_SIZE);
      const made = await this.#run(run.map(({ ids }) => ids));
      run.forEach(({ place }, i) => vectors[place] = made[i]!);
      await nextTurn();
    }
    return vectors;
  }

  #idsOf(text: string): number[] {
    const { maxTokens } = this.#folder;
    const { ids } = this.#tokenizer.encode(text.slice(0, maxTokens * LETTERS_PER_TOKEN).toWellFormed());
    // The last token of a text closes it.
    return ids.length > maxTokens ? [...ids.slice(0, maxTokens - 1), ids.at(-1)!] : ids;
  }

  async #run(rows: number[][]): Promise<Float32Array[]> {
    const tokens = Math.max(...rows.map((ids) => ids.length));
    const tensor = (valueAt: (ids: number[], token: number) => number) => {
      const data = new BigInt64Array(rows.length * tokens);
      rows.forEach((ids, row) => {
        for (let token = 0; token < tokens; token++) data[row * tokens + token] = BigInt(valueAt(ids, token));
      });
      return new this.#onnx.Tensor("int64", data, [rows.length, tokens]);
    };
    const feeds: Record<string, OnnxTensor> = {
      input_ids: tensor((ids, token) => ids[token] ?? this.#folder.padId),
      attention_mask: tensor((ids, token) => token < ids.length ? 1 : 0),
      token_type_ids: tensor(() => 0),
    };
    for (const name of INPUTS) if (!this.#session.inputNames.includes(name)) delete feeds[name];
    let output: OnnxTensor;
    try {
      const outputs = await this.#session.run(feeds);
      output = outputs.sentence_embedding ?? outputs.last_hidden_state ??
        outputs[this.#session.outputNames[0]!]!;
    } catch (error) {
      throw new EmbedderError(`Cannot embed with ${this.id}: ${messageOf(error)}`, {
        retryable: false,
        cause: error,
      });
    }
    return this.#vectorsOf(output, rows.map((ids) => ids.length), tokens);
  }

  /** Of an output that is pooled already (texts x dimensions), or of one a token. */
  #vectorsOf(output: OnnxTensor, lengths: number[], tokens: number): Float32Array[] {
    const { dims, data } = output;
    const dimensions = dims.at(-1)!;
    if (!(data instanceof Float32Array) || (dims.length !== 2 && dims.length !== 3)) {
      throw new EmbedderError(
        `Cannot embed with ${this.id} as its output must be of float32 numbers by text or by token: current shape is ${
          dims.join(" x ")
        }`,
        { retryable: false },
      );
    }
    const pooling = this.#folder.pooling;
    const vectors = dims.length === 2
      ? lengths.map((_, text) => data.slice(text * dimensions, (text + 1) * dimensions))
      : pool(data, { lengths, tokens, dimensions, pooling });
    this.#dimensions = dimensions;
    return vectors.map((vector) => {
      const unit = unitVector(vector);
      if (unit !== undefined) return unit;
      throw new EmbedderError(
        `Cannot embed with ${this.id} as a vector must have a direction: current one has none`,
        {
          retryable: false,
        },
      );
    });
  }
}

/** The runtime, as it loads, puts Node's Worker in the place of the global one (and, with one thread, never uses it). */
async function keepingWorker<T>(work: () => Promise<T>): Promise<T> {
  const { Worker } = globalThis;
  try {
    return await work();
  } finally {
    globalThis.Worker = Worker;
  }
}

const INPUTS = ["input_ids", "attention_mask", "token_type_ids"];
