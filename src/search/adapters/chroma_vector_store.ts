import {
  type VectorCallOptions,
  type VectorFilter,
  type VectorMatch,
  type VectorRecord,
  type VectorServer,
  type VectorStore,
  VectorStoreError,
} from "../vector_port.ts";
import {
  type ChromaCollection,
  type ChromaLimits,
  readCollection,
  readCollections,
  readCount,
  readIds,
  readLimits,
  readMatches,
} from "./chroma_answers.ts";
import { type ChromaAnswer, ChromaHttp } from "./chroma_http.ts";
import { partsOf, slicesOf, upsertBody } from "./chroma_records.ts";

/** On every collection made here: only those are listed, so that nobody else's is ever taken for one of ours. */
const MARK = { made_by: "tutti" };
/** Collections of one page of the list. */
const LIST_PAGE = 200;

/**
 * Vectors in a Chroma server, over its v2 API (docs/decisions/0008 says why not by its npm client).
 *
 * Ids of collections are remembered, and forgotten when the server says that one is gone: it was dropped, or its folder
 * wiped. There must be one writer: `upsert` looks which records are there before it writes.
 */
export class ChromaVectorStore implements VectorStore, Disposable {
  readonly #http: ChromaHttp;
  readonly #ids = new Map<string, string>();
  #limits: ChromaLimits | undefined;

  constructor(server: VectorServer) {
    this.#http = new ChromaHttp(server);
  }

  async upsert(collection: string, records: VectorRecord[], options: VectorCallOptions): Promise<void> {
    if (records.length === 0) return;
    const within = deadline(options);
    const limits = await this.#limitsOf(within());
    for (const part of partsOf(records, limits)) {
      // Chroma's upsert merges metadata, and takes three times as long for a record that is there as for a new one; so
      // what is there is deleted first. Killed in between, the record is missing, and still owed by whoever called.
      const ids = part.map(({ id }) => id);
      const there = await this.#call(collection, "POST", "get", { ids, include: [] }, within(), true);
      const old = readIds(there);
      if (old.length > 0) await this.#call(collection, "POST", "delete", { ids: old }, within(), true);
      await this.#call(collection, "POST", "upsert", upsertBody(part, limits), within(), true);
    }
  }

  async delete(collection: string, ids: string[], options: VectorCallOptions): Promise<void> {
    if (ids.length === 0) return; // without ids it asks for a condition
    const within = deadline(options);
    const { batch } = await this.#limitsOf(within());
    for (const part of slicesOf(ids, batch)) {
      const answer = await this.#call(collection, "POST", "delete", { ids: part }, within());
      if (answer === undefined) return;
    }
  }

  async query(
    collection: string,
    vector: Float32Array,
    options: VectorCallOptions & { limit: number; filter?: VectorFilter },
  ): Promise<VectorMatch[]> {
    const body = {
      query_embeddings: [Array.from(vector)],
      n_results: options.limit,
      include: ["distances"],
      where: whereOf(options.filter),
    };
    const answer = await this.#call(collection, "POST", "query", body, deadline(options)());
    return answer === undefined ? [] : readMatches(answer);
  }

  async count(collection: string, options: VectorCallOptions): Promise<number> {
    const answer = await this.#call(collection, "GET", "count", undefined, deadline(options)());
    return answer === undefined ? 0 : readCount(answer);
  }

  async ids(
    collection: string,
    options: VectorCallOptions & { offset: number; limit: number },
  ): Promise<string[]> {
    const { offset, limit } = options;
    const body = { include: [], offset, limit };
    const answer = await this.#call(collection, "POST", "get", body, deadline(options)());
    return answer === undefined ? [] : readIds(answer);
  }

  /** Those that were made here, and no others: the server may be shared. */
  async collections(options: VectorCallOptions): Promise<string[]> {
    const within = deadline(options);
    const names: string[] = [];
    for (let offset = 0;; offset += LIST_PAGE) {
      const path = `collections?limit=${LIST_PAGE}&offset=${offset}`;
      const page = readCollections(found(await this.#http.atDatabase("GET", path, undefined, within())));
      for (const { name, metadata } of page) if (metadata.made_by === MARK.made_by) names.push(name);
      if (page.length < LIST_PAGE) return names;
    }
  }

  async drop(collection: string, options: VectorCallOptions): Promise<void> {
    const path = `collections/${encodeURIComponent(collection)}`;
    await this.#http.atDatabase("DELETE", path, undefined, options);
    this.#ids.delete(collection);
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  /** Asks something of a collection; undefined where it is not there and not to be made. */
  async #call(
    name: string,
    method: "GET" | "POST",
    verb: string,
    body: unknown,
    options: VectorCallOptions,
    make = false,
  ): Promise<unknown> {
    const within = deadline(options);
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    for (let lookUps = 0;; lookUps++) {
      const id = this.#ids.get(name) ?? await this.#find(name, make, within());
      if (id === undefined) return undefined;
      const answer = await this.#http.atDatabase(method, `collections/${id}/${verb}`, text, within());
      if (answer.found) return answer.value;
      this.#ids.delete(name);
      // Once: it was dropped since its id was learnt. Twice: something else is wrong.
      if (lookUps > 0) {
        throw new VectorStoreError("server_error", `Chroma loses a collection: ${answer.message}`);
      }
    }
  }

  async #find(name: string, make: boolean, options: VectorCallOptions): Promise<string | undefined> {
    let answer: ChromaAnswer;
    if (make) {
      const configuration = { hnsw: { space: "cosine" }, embedding_function: null };
      const body = JSON.stringify({ name, get_or_create: true, metadata: MARK, configuration });
      answer = await this.#http.atDatabase("POST", "collections", body, options);
    } else {
      answer = await this.#http.atDatabase(
        "GET",
        `collections/${encodeURIComponent(name)}`,
        undefined,
        options,
      );
      if (!answer.found) return undefined;
    }
    const collection = readCollection(found(answer));
    checkSpace(collection);
    this.#ids.set(name, collection.id);
    return collection.id;
  }

  async #limitsOf(options: VectorCallOptions): Promise<ChromaLimits> {
    return this.#limits ??= readLimits(found(await this.#http.atRoot("pre-flight-checks", options)));
  }
}

/** What is left of a call's time, for each of the requests it takes. */
function deadline({ timeoutMs, signal }: VectorCallOptions): () => VectorCallOptions {
  const endMs = performance.now() + timeoutMs;
  return () => ({ timeoutMs: Math.max(1, Math.round(endMs - performance.now())), signal });
}

function found(answer: ChromaAnswer): unknown {
  if (answer.found) return answer.value;
  throw new VectorStoreError("refused", `Chroma does not have what is asked for: ${answer.message}`);
}

/** A collection that measures otherwise would rank otherwise, and say nothing. */
function checkSpace({ name, space }: ChromaCollection): void {
  if (space === undefined || space === "cosine") return;
  throw new VectorStoreError(
    "refused",
    `Cannot use the collection ${name} as its space must be cosine: current value is ${space}`,
  );
}

function whereOf(filter: VectorFilter | undefined): Record<string, unknown> | undefined {
  const conditions = [
    ...filter?.brand === undefined ? [] : [{ brand: filter.brand }],
    ...filter?.documentId === undefined ? [] : [{ document_id: filter.documentId }],
  ];
  return conditions.length > 1 ? { $and: conditions } : conditions[0];
}
