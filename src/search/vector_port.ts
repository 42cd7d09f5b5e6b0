/** Vectors where they can be searched: collections of records with stable ids. Implemented on Chroma's HTTP API. */

export interface VectorRecord {
  id: string;
  vector: Float32Array;
  /** Provenance, flat: `document_id`, `url`, `brand`, `title`, `heading_path`, `page`, `fetched_at`, `content_hash`. */
  metadata: Record<string, string | number | boolean>;
  /** A text to be kept beside it. The index has its own: Chroma takes more than twice as long where it has to index texts too. */
  text?: string;
}

export interface VectorMatch {
  id: string;
  /** Cosine distance, 0 (the same) to 2. */
  distance: number;
}

export interface VectorCallOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** What a record must carry to be found. */
export interface VectorFilter {
  brand?: string;
  documentId?: string;
}

/**
 * A server of vectors. `collection` is a name (`[a-z0-9._-]{3,63}`); those that are written to are made where they are
 * absent, those that are read and absent are empty.
 * @throws {VectorStoreError} it cannot be reached, is slow, refuses, or answers what it should not
 */
export interface VectorStore {
  /** Writes or overwrites, whole records: what an earlier one carried and this one does not is gone. */
  upsert(collection: string, records: VectorRecord[], options: VectorCallOptions): Promise<void>;
  /** Ids it does not have are no error. */
  delete(collection: string, ids: string[], options: VectorCallOptions): Promise<void>;
  /** Nearest first. */
  query(
    collection: string,
    vector: Float32Array,
    options: VectorCallOptions & { limit: number; filter?: VectorFilter },
  ): Promise<VectorMatch[]>;
  count(collection: string, options: VectorCallOptions): Promise<number>;
  /** Some ids, in an order that pages. */
  ids(
    collection: string,
    options: VectorCallOptions & { offset: number; limit: number },
  ): Promise<string[]>;
  collections(options: VectorCallOptions): Promise<string[]>;
  /** One that is not there is no error. */
  drop(collection: string, options: VectorCallOptions): Promise<void>;
}

/** Where the server is and how it is asked; plain data. */
export interface VectorServer {
  url: string;
  /** Credentials of every request. */
  headers?: Record<string, string>;
  /** PEM, of a certificate authority of the operator's own. */
  caCert?: string;
  tenant?: string;
  database?: string;
}

export class VectorStoreError extends Error {
  override readonly name = "VectorStoreError";
  /** `refused`: the same call will fail again (a bad request, wrong credentials, other dimensions). */
  readonly kind: "unreachable" | "timeout" | "server_error" | "garbage" | "refused";

  constructor(kind: VectorStoreError["kind"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.kind = kind;
  }
}
