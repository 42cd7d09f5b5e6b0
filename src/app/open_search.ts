import { join } from "node:path";
import type { JsonCache } from "../cache/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Queue } from "../queue/mod.ts";
import type { ChromaConnection } from "../search/adapters/chroma_server.ts";
import { embedderIdOf } from "../search/embedding/mod.ts";
import type { EmbedderSpec } from "../search/embedding_port.ts";
import type { IndexWork } from "../search/port.ts";
import { type Search, searchOff, SearchService, SearchWork } from "../search/mod.ts";
import { ThreadedIndex } from "../search/threaded_index.ts";
import { ThreadedRetriever } from "../search/threaded_retriever.ts";
import { makeFolder } from "./folders.ts";

/** Search with its two threads. */
export interface OpenedSearch extends AsyncDisposable {
  search: Search;
  /** What tasks ask of it; undefined where it is off. */
  work?: IndexWork;
  /** Goes on with what the last process left. */
  start(): Promise<void>;
  /** Resolves with the reason when a thread has died. */
  readonly failed: Promise<Error>;
}

export interface OpenSearchOptions {
  config: Config;
  queue: Queue;
  cache: JsonCache;
  chroma: ChromaConnection;
  onError: (error: unknown, doing: string) => void;
}

/** Which embedder the settings name. */
export function embedderSpec(config: Config): EmbedderSpec {
  const { EMBEDDINGS_URL: url, EMBEDDINGS_MODEL: model, EMBEDDINGS_MODEL_DIR: modelDir } = config;
  const cacheFile = join(config.CACHE_DIR, "embeddings", "vectors.db");
  if (url !== undefined && model !== undefined) {
    return {
      kind: "openai",
      url,
      model,
      apiKey: config.EMBEDDINGS_API_KEY,
      batchSize: config.EMBEDDINGS_BATCH,
      requestsPerMinute: config.EMBEDDINGS_RPM,
      timeoutMs: config.EMBEDDINGS_TIMEOUT_MS,
      cacheFile,
    };
  }
  return modelDir === undefined ? { kind: "hash" } : { kind: "transformers", modelDir, cacheFile };
}

/** @throws {Error} the file cannot be opened, or the embedder cannot be made */
export async function openSearch(options: OpenSearchOptions): Promise<OpenedSearch> {
  const { config, queue, cache, chroma, onError } = options;
  if (config.CHROMA_URL === "off") {
    return {
      search: searchOff(),
      start: () => Promise.resolve(),
      failed: new Promise(() => {}),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  await makeFolder(config.DATA_DIR, "DATA_DIR");
  const path = join(config.DATA_DIR, "search.db");
  const spec = embedderSpec(config);
  if (spec.kind !== "hash") await makeFolder(join(config.CACHE_DIR, "embeddings"), "CACHE_DIR");
  const [index, retriever] = await Promise.all([
    ThreadedIndex.open({ path, maxTokens: config.CHUNK_MAX_TOKENS, embedder: spec }),
    ThreadedRetriever.open({ path, embedder: spec, vectorTimeoutMs: config.SEARCH_VECTOR_TIMEOUT_MS }),
  ]);
  const tell = () => {
    const [state, server] = [chroma.state(), chroma.server()];
    index.vectorDatabaseIs(state, server);
    retriever.vectorDatabaseIs(state, server);
  };
  chroma.onChange(tell);
  tell();
  const vectorDatabase = () => chroma.state();
  const search = new SearchService({
    index,
    retriever,
    queue,
    cache,
    vectorDatabase,
    embedder: { id: embedderIdOf(spec), kind: spec.kind },
    onError,
  });
  return {
    search,
    work: new SearchWork({ index, queue, vectorDatabase }),
    start: () => search.start(),
    failed: Promise.race([index.failed, retriever.failed]),
    async [Symbol.asyncDispose]() {
      search.stop();
      await retriever[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
    },
  };
}
