import type { VectorDatabaseState } from "./database_port.ts";
import type { VectorServer } from "./vector_port.ts";

/** Search as its thread does it: plain data in and out. */

export type SearchMode = "hybrid" | "vector" | "keyword";

export interface SearchFilters {
  kinds?: string[];
  /** All of them. */
  tags?: string[];
  source?: "scrape" | "upload";
  documentId?: string;
  urlPrefix?: string;
  fetchedFromMs?: number;
  fetchedBeforeMs?: number;
}

export interface SearchQuery {
  query: string;
  /** Passages (or pages, where grouped), 1..100. */
  k: number;
  mode: SearchMode;
  brand?: string;
  /** Passages of this language only (`he`, `en`, ...). */
  lang?: string;
  filters?: SearchFilters;
  groupBy?: "page";
  /** Passages of one page at most, where grouped. @default 3 */
  perPage?: number;
}

export interface Passage {
  chunkId: string;
  documentId: string;
  /** Reciprocal rank fusion; comparable within one answer only. */
  score: number;
  /** Places in the two lists, from 1; absent where it was not among their candidates. */
  keywordRank?: number;
  vectorRank?: number;
  /** Share of the query's words, weighted by how rare they are, that the passage (title and headings too) has: 0..1. */
  coverage: number;
  /** Some 200 to 300 characters of plain text round what was found, HTML-escaped, the words found in `<mark>`. */
  snippet: string;
  /** The passage, Markdown. */
  text: string;
  title?: string;
  headingPath: string[];
  page?: number;
  url?: string;
  brand?: string;
  lang: string;
  kind?: string;
  source: "scrape" | "upload";
  tags?: string[];
  fetchedMs: number;
  contentHash: string;
}

export interface SearchAnswer {
  /** The best passages, best first; of a grouped answer, page by page. */
  passages: Passage[];
  /** Of a grouped answer: pages, best first; `passages` names the chunk ids of its own. */
  pages?: {
    documentId: string;
    url?: string;
    title?: string;
    brand?: string;
    score: number;
    passages: string[];
  }[];
  /** What vectors should have said and did not: the answer is of words alone. */
  degraded: boolean;
  degradedReason?: string;
  /** Words of the query that nobody has, and what was searched in their place. */
  corrections: { from: string; to: string[] }[];
  tookMs: number;
}

/**
 * The reader of the index; implemented by a client of the search thread. It opens the file read-only, sees each commit of
 * the index thread at once and never waits for it.
 */
export interface Retriever extends AsyncDisposable {
  readonly failed: Promise<Error>;
  /** @throws {ServiceError} unavailable: mode `vector` and vectors cannot be asked */
  search(query: SearchQuery, options?: { signal?: AbortSignal }): Promise<SearchAnswer>;
  /** As `SearchIndex.vectorDatabaseIs`. */
  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void;
}
