import { join } from "node:path";
import type { EmbedderSpec } from "../../src/search/embedding_port.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import type { SearchMode, SearchQuery } from "../../src/search/retrieval_port.ts";
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import { ThreadedRetriever } from "../../src/search/threaded_retriever.ts";

export const HASH: EmbedderSpec = { kind: "hash" };

/** Both threads of search on a file of their own. */
export interface Shelf extends AsyncDisposable {
  readonly path: string;
  readonly index: ThreadedIndex;
  readonly retriever: ThreadedRetriever;
}

export async function openShelf(
  options: { embedder?: EmbedderSpec; vectorTimeoutMs?: number } = {},
): Promise<Shelf> {
  const { embedder = HASH, vectorTimeoutMs = 5_000 } = options;
  const folder = await Deno.makeTempDir({ prefix: "tutti-retrieve-" });
  const path = join(folder, "search.db");
  const index = await ThreadedIndex.open({ path, maxTokens: 200, embedder: HASH });
  const retriever = await ThreadedRetriever.open({ path, embedder, vectorTimeoutMs });
  return {
    path,
    index,
    retriever,
    async [Symbol.asyncDispose]() {
      await retriever[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A page of a shop. */
export function page(name: string, markdown: string, more: Partial<IndexDocument> = {}): IndexDocument {
  const hex = [...new TextEncoder().encode(name)].map((byte) => byte.toString(16)).join("");
  return {
    documentId: `doc_${hex.slice(0, 24).padStart(24, "0")}`,
    source: "scrape",
    url: `https://shop.example/${name}`,
    title: `Page ${name}`,
    fetchedMs: 1_000,
    markdown,
    ...more,
  };
}

export function query(text: string, mode: SearchMode, more: Partial<SearchQuery> = {}): SearchQuery {
  return { query: text, k: 10, mode, ...more };
}

/** A server that takes requests and never answers; counts them. */
export function hangingServer(): AsyncDisposable & { url: string; asked(): number } {
  let asked = 0;
  const ended = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return ended.promise;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      ended.resolve(new Response(null, { status: 503 }));
      await server.shutdown();
    },
  };
}
