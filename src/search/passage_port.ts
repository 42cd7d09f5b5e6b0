import type { PassageRow } from "./book_port.ts";

/** `search.db` as the search thread reads it. Every method is synchronous and sees the last commit. */
export interface PassageBook {
  /** The generation that serves; undefined before the first one is made. */
  serving(): ServingGeneration | undefined;
  /** Of these chunks, those that are there and pass; in no order. */
  keysBySeq(generation: number, seqs: readonly number[], filter: PassageFilter): PassageKey[];
  keysById(generation: number, chunkIds: readonly string[], filter: PassageFilter): PassageKey[];
  /** Whole, in no order; those that have gone meanwhile are missing. */
  read(generation: number, seqs: readonly number[]): PassageRow[];
}

export interface ServingGeneration {
  no: number;
  embedderId: string;
  /** Languages that have vectors in Chroma, most first. */
  languages: string[];
}

/** Enough of a chunk to choose by. */
export interface PassageKey {
  seq: number;
  chunkId: string;
  documentId: string;
}

/** Every condition given must hold. */
export interface PassageFilter {
  brand?: string;
  lang?: string;
  /** One of them. */
  kinds?: readonly string[];
  /** All of them. */
  tags?: readonly string[];
  source?: "scrape" | "upload";
  documentId?: string;
  urlPrefix?: string;
  fetchedFromMs?: number;
  fetchedBeforeMs?: number;
}
