import type { Chunk } from "./index_port.ts";

/**
 * What of `search.db` is shared: chunks on their way in, what is owed to Chroma, and rows as a search shows them. The
 * index thread's own side is in `index_book_port.ts`.
 */

/** The words of a chunk, by field: normalised, separated by one space, letters and digits only. */
export interface WordFields {
  title: string;
  headings: string;
  body: string;
}

/** A chunk about to be stored. */
export interface NewChunk extends Chunk {
  chunkId: string;
  lang: string;
  words: WordFields;
}

/** What is still to be written to Chroma of one chunk. */
export interface OwedChunk {
  seq: number;
  /** Number of this debt: one that is made owed again while it is being paid has another. */
  debt: number;
  generation: number;
  embedderId: string;
  lang: string;
  chunkId: string;
  /** What is embedded: title, headings and text. */
  embedText: string;
  metadata: Record<string, string | number | boolean>;
}

export interface OwedRemoval {
  collection: string;
  chunkId: string;
}

/** What the index owes to Chroma, as `VectorSync` works it off. Each call is a transaction of its own. */
export interface OwedBook {
  /** Oldest first, of the serving generation before one that is being built; of the embedder at hand only. */
  owed(limit: number): OwedChunk[];
  /** Written; of chunks that have gone meanwhile, the removal is owed and stays so, and a newer debt is not paid. */
  stored(chunks: readonly { seq: number; chunkId: string; debt: number }[]): void;
  removals(limit: number): OwedRemoval[];
  removed(removals: readonly OwedRemoval[]): void;
  /** Collections of generations that are gone and still to be dropped. */
  dropped(): string[];
  collectionGone(collection: string): void;
  /** What should be in Chroma: collections of generations that live, with how many records are said to be there. */
  collections(): { collection: string; records: number }[];
  /** Of these ids, those that should be there and those that should not. */
  sort(collection: string, ids: readonly string[]): { known: string[]; orphans: string[] };
  /** Ids said to be in a collection, in order, after one. */
  idsOf(collection: string, after: string, limit: number): string[];
  /** Chroma does not have them, whatever was written down: they are owed again. */
  lost(collection: string, ids: readonly string[]): void;
  /** Chroma has them and should not. */
  orphaned(collection: string, ids: readonly string[]): void;
}

/** A chunk as a search shows it. */
export interface PassageRow {
  seq: number;
  chunkId: string;
  documentId: string;
  ordinal: number;
  text: string;
  headingPath: string[];
  page?: number;
  lang: string;
  title?: string;
  url?: string;
  brand?: string;
  kind?: string;
  tags?: string[];
  source: "scrape" | "upload";
  fetchedMs: number;
  contentHash: string;
}

/** A collection's name: one for each generation, embedder and language. */
export function collectionOf(generation: number, embedderId: string, lang: string): string {
  return `tutti-${generation}-${embedderId}-${lang}`;
}
