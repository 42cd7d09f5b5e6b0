import type { OwedBook } from "./book_port.ts";
import type { DocumentFilter, IndexDocument, StoredChunk, StoredDocument, Upload } from "./index_port.ts";
import type { WordWriter } from "./word_port.ts";

/**
 * `search.db` as the index thread writes it. Every method is synchronous. Those of `debts` are transactions of their own;
 * all others run inside the transaction their caller has begun.
 */
export interface IndexBook extends Disposable {
  readonly generations: GenerationRows;
  readonly documents: DocumentRows;
  readonly chunks: ChunkRows;
  readonly uploads: UploadRows;
  readonly words: WordWriter;
  readonly debts: OwedBook;
  /** Begins, works, commits (fsync); rolls back where the work throws. */
  transaction<T>(work: () => T): T;
  /** Reads between transactions. */
  reading<T>(work: () => T): T;
  sizeBytes(): number;
}

export interface BookGeneration {
  no: number;
  embedderId: string;
  recipe: string;
  state: "building" | "serving" | "retired";
  createdMs: number;
  /** Counters. */
  documents: number;
  chunks: number;
  owedVectors: number;
}

export interface LivingGeneration {
  no: number;
  state: "building" | "serving";
}

export interface GenerationRows {
  /** In order of their numbers, with counters. */
  all(): BookGeneration[];
  /** Those that are not retired; from memory. */
  living(): readonly LivingGeneration[];
  /** Makes it with its table of words. */
  add(generation: Pick<BookGeneration, "embedderId" | "recipe" | "state" | "createdMs">): number;
  setState(no: number, state: BookGeneration["state"]): void;
  /** Of a retired one: what is owed to its collections is forgotten, they are owed to be dropped, its words are gone. */
  retire(no: number): void;
  /** Removes up to `limit` of its rows; the generation itself with the last of them. True: it is gone. */
  purge(no: number, limit: number): boolean;
  /** Chunks by language. */
  languages(no: number): Record<string, number>;
}

/** A row of documents. */
export interface BookDocument extends Omit<StoredDocument, "chunks" | "owedVectors"> {
  no: number;
  /** When the text that is here was read. */
  readMs: number;
  /** Of everything that is stored but times. */
  fingerprint: string;
  /** It is being removed. */
  isGoing: boolean;
}

export type DocumentText = Pick<IndexDocument, "markdown" | "pages">;

export interface DocumentRows {
  byId(documentId: string): BookDocument | undefined;
  byNo(no: number): BookDocument | undefined;
  byAddress(urlKey: string): BookDocument | undefined;
  add(document: Omit<BookDocument, "no">, text: DocumentText): number;
  replace(document: BookDocument, text: DocumentText): void;
  setTimes(no: number, times: { fetchedMs: number; readMs: number }): void;
  setGoing(no: number, isGoing: boolean): void;
  /** The row, its text and its addresses. */
  forget(no: number): void;
  text(no: number): DocumentText;
  /** Last number first; `urlKey` is that of the filter's `url`. */
  list(
    filter: DocumentFilter & { urlKey?: string },
    page: { beforeNo?: number; limit: number },
  ): BookDocument[];
  /** Numbers of documents that are being removed. */
  going(limit: number): number[];
  /** The number that ends a slice of up to `size` after one; undefined: none is left. */
  sliceEnd(afterNo: number, size: number): number | undefined;
  /** Numbers in (afterNo, upToNo] that the generation does not have. */
  missing(generation: number, slice: { afterNo: number; upToNo: number }, limit: number): number[];
  /** Lets an address lead to a document. Returns where it led before, if elsewhere. `take: false`: only where it is free. */
  lead(urlKey: string, no: number, options: { take: boolean }): number | undefined;
  unlead(urlKey: string, no: number): void;
  hasAddress(no: number): boolean;
}

/** A chunk as a new version of its document is compared with it. */
export interface ChunkState {
  seq: number;
  chunkId: string;
  ordinal: number;
  page?: number;
  lang: string;
  isOwed: boolean;
}

/** 0: up to date. 1: chunks to be compared; 2: words of those that stay to be written too; 3: their vectors too. */
export type Unfinished = 0 | 1 | 2 | 3;

export interface Member {
  chunks: number;
  owedVectors: number;
  unfinished: Unfinished;
}

export interface ChunkRows {
  member(generation: number, no: number): Member | undefined;
  /** Makes the member where it is not there. */
  setUnfinished(generation: number, no: number, unfinished: Unfinished): void;
  /** The member, which has no chunks any more. */
  leave(generation: number, no: number): void;
  unfinished(generation: number, limit: number): number[];
  countUnfinished(generation: number): number;
  states(generation: number, documentId: string): ChunkState[];
  read(generation: number, documentId: string): StoredChunk[];
  /** Its vector is owed. Returns its seq. */
  add(generation: number, no: number, chunk: Omit<StoredChunk, "hasVector" | "documentId">): number;
  move(seq: number, to: { ordinal: number; page?: number }): void;
  /** Its vector is owed (again), in that language's collection. */
  owe(generation: number, no: number, chunk: ChunkState, lang: string): void;
  /** Rows go; their records are owed to be removed. */
  remove(generation: number, no: number, chunks: readonly ChunkState[]): void;
  /** Whether a vector or a removal of the document is owed in a generation whose embedder is at hand. */
  owesOf(documentId: string): boolean;
  /** Rows of a generation, counted one by one. */
  count(generation: number): { chunks: number; owed: number };
  countRemovals(): number;
}

export interface UploadRows {
  addPart(uploadId: string, part: number, bytes: Uint8Array): void;
  /** From here on it is there. */
  add(upload: Omit<Upload, "bytes">): void;
  get(uploadId: string): Upload | undefined;
  list(): { uploadId: string; createdMs: number }[];
  count(): number;
  drop(uploadId: string): void;
  /** Parts whose upload never was. */
  dropTorn(): void;
}
