/** What makes vectors of texts. */
export interface Embedder {
  /** Names model, version and dimensions (`[a-z0-9._-]{1,80}`): vectors of two ids never meet in one collection. */
  readonly id: string;
  /** Length of its vectors; undefined until the first answer of a served model. */
  readonly dimensions?: number;
  /** Texts of one call at most. */
  readonly batchSize: number;
  /** It costs money or a network: what it made is kept by content hash. */
  readonly isCostly: boolean;
  /**
   * Unit vectors, in the order of the texts.
   * @throws {EmbedderError} the model cannot be asked now, or refuses
   */
  embed(
    texts: string[],
    options: { kind: "document" | "query"; signal?: AbortSignal },
  ): Promise<Float32Array[]>;
  /** Lets go of what it holds (the file of kept vectors); it is not asked afterwards. */
  [Symbol.dispose]?(): void;
}

/** Which embedder a thread is to make; plain data, so that it crosses into it. */
export type EmbedderSpec =
  | { kind: "hash" }
  | {
    kind: "openai";
    /** Base, such as `http://127.0.0.1:11434/v1`; `/embeddings` is added. */
    url: string;
    model: string;
    apiKey?: string;
    batchSize: number;
    /** Requests a minute; 0: as many as will. */
    requestsPerMinute: number;
    timeoutMs: number;
    /** What it made is kept there, by content hash; undefined: nowhere. */
    cacheFile?: string;
  }
  | { kind: "transformers"; modelDir: string; cacheFile?: string };

/** The model did not give vectors. `retryable`: the same call may work later. */
export class EmbedderError extends Error {
  override readonly name = "EmbedderError";
  readonly retryable: boolean;
  readonly retryAfterS?: number;

  constructor(message: string, options: { retryable: boolean; retryAfterS?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.retryAfterS = options.retryAfterS;
  }
}
