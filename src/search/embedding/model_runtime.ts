import { messageOf } from "../../platform/errors.ts";
import { EmbedderError } from "../embedding_port.ts";

/**
 * What runs a model: ONNX Runtime as WebAssembly (a thread that may read and nothing else can have it: no native code, no
 * network) and the tokenizers in JavaScript. They weigh 140 MB on disk, and few want them: their names are values, so that
 * they are no part of the module graph, of `deno task fetch` or of the lock. They are fetched at first use, or by
 * `deno cache <the two names>` for a machine without a registry.
 */
export const RUNTIME_PACKAGES = ["npm:onnxruntime-web@1.30.0", "npm:@huggingface/tokenizers@0.2.0"] as const;

/** The few words of onnxruntime-web that are used. */
export interface OnnxRuntime {
  env: { logLevel: string; wasm: { numThreads: number } };
  InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[]; externalData?: { path: string; data: Uint8Array }[] },
    ): Promise<OnnxSession>;
  };
  Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => OnnxTensor;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

export interface Tokenizer {
  encode(text: string): { ids: number[] };
}

/** Both packages, from Deno's cache or the registry. @throws {EmbedderError} they are in neither */
export async function loadRuntime(): Promise<{
  onnx: OnnxRuntime;
  tokenizerOf(tokenizer: unknown, config: unknown): Tokenizer;
}> {
  try {
    const [onnx, tokenizers] = await Promise.all(RUNTIME_PACKAGES.map((name) => import(name))) as [
      OnnxRuntime,
      { Tokenizer: new (tokenizer: unknown, config: unknown) => Tokenizer },
    ];
    onnx.env.logLevel = "error";
    onnx.env.wasm.numThreads = 1; // more would want threads of its own
    return { onnx, tokenizerOf: (tokenizer, config) => new tokenizers.Tokenizer(tokenizer, config) };
  } catch (error) {
    throw new EmbedderError(
      `Cannot run a local model as its runtime must be in Deno's cache: fetch it with ` +
        `\`deno cache ${RUNTIME_PACKAGES.join(" ")}\` (${messageOf(error)})`,
      { retryable: false, cause: error },
    );
  }
}
