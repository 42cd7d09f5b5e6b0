import type { VectorDatabaseState } from "./database_port.ts";
import type { VectorServer } from "./vector_port.ts";

/** The index on disk, `DATA_DIR/search.db`: documents, their chunks, the words of the chunks, and what is owed to Chroma. */

/** A text to be found, as Markdown, with where it came from. */
export interface IndexDocument {
  /** `doc_` and 24 hex digits made of where it came from (its address, or the caller's own id): the same source, the same id. */
  documentId: string;
  source: "scrape" | "upload";
  /** Where it was read, after redirects. */
  url?: string;
  /** Other addresses it was asked for by: each leads to one document only, the one it led to last. */
  aliases?: string[];
  title?: string;
  brand?: string;
  tags?: string[];
  /** BCP 47, as the page or the caller says it. Chunks are judged by their own letters first. */
  language?: string;
  /** `article`, `product`, ... of a page. */
  kind?: string;
  contentType?: string;
  /** Unix ms: when the site last vouched for it, or when it was handed in. */
  fetchedMs: number;
  markdown: string;
  /** Of a paged document: where in `markdown` (UTF-16 units) each page begins, ascending. */
  pages?: { number: number; start: number }[];
}

/** A passage: what is embedded, searched and shown. */
export interface Chunk {
  /** Place in its document, from 0. */
  ordinal: number;
  /** Markdown, without the headings above it. */
  text: string;
  /** Headings above it, outermost first, as plain text; without the document's title. */
  headingPath: string[];
  /** Of a paged document, the page it begins on. */
  page?: number;
  tokens: number;
}

/** A chunk as stored. */
export interface StoredChunk extends Chunk {
  /** Unique in its generation; `<documentId>:<16 hex of heading path and text>`, `-2`, `-3`... for repeats. */
  chunkId: string;
  documentId: string;
  /** A key of `languageOf` (analysis): its collection. */
  lang: string;
  /** Whether its vector is in Chroma. */
  hasVector: boolean;
}

/** A document as listed. */
export interface StoredDocument extends Omit<IndexDocument, "markdown" | "pages" | "aliases"> {
  /** SHA-256 (hex) of its text. */
  contentHash: string;
  indexedMs: number;
  chunks: number;
  /** Chunks whose vectors are still to be written. */
  owedVectors: number;
}

export interface PutAnswer {
  documentId: string;
  /** `unchanged`: nothing but `fetchedMs` was written, nothing will be embedded. */
  change: "new" | "changed" | "unchanged";
  chunks: number;
  /** Chunks that were not there before, those that have gone, those that stayed. */
  added: number;
  removed: number;
  kept: number;
}

/** Which documents. Every condition given must hold. */
export interface DocumentFilter {
  documentId?: string;
  /** Or one of its aliases. */
  url?: string;
  urlPrefix?: string;
  brand?: string;
  source?: "scrape" | "upload";
  tag?: string;
}

/** What was handed in and is still to be read: kept in the index's file from its 202 until it is indexed. */
export interface Upload {
  uploadId: string;
  contentType: string;
  bytes: Uint8Array;
  /** What the document will carry beside its text. */
  about: Omit<IndexDocument, "markdown" | "pages" | "source">;
  createdMs: number;
}

/** Chunks of one embedder, one chunker, one way of writing words. Only one serves; a rebuild makes the next beside it. */
export interface Generation {
  no: number;
  embedderId: string;
  /** Version of chunker and analysis. */
  recipe: string;
  state: "building" | "serving" | "retired";
  createdMs: number;
  documents: number;
  chunks: number;
  owedVectors: number;
}

export interface IndexStats {
  documents: number;
  generations: Generation[];
  /** Chunks of the serving generation by language. */
  languages: Record<string, number>;
  uploads: number;
  sizeBytes: number;
  vectorSync: {
    /** `idle`: nothing is owed. `waiting`: Chroma or the embedder does not answer; tried again at `retryAtMs`. */
    state: "idle" | "writing" | "waiting" | "off";
    reason?: string;
    retryAtMs?: number;
    /** Vectors written since the start. */
    written: number;
    /** Texts embedded since the start. */
    embedded: number;
  };
}

/** The count of one thing in three places, of the serving generation. */
export interface IndexBooks {
  /** Rows of chunks. */
  store: number;
  /** Rows of words. */
  words: number;
  /** Records in Chroma; undefined where it cannot be asked. */
  vectors?: number;
  /** Chunks whose vectors are not written yet, and records whose removal is not. */
  owedVectors: number;
  owedRemovals: number;
  /** Ids in one place and not in the other, up to ten of each; only where the counts or `deep` gave cause to look. */
  missingVectors: string[];
  orphanVectors: string[];
  balanced: boolean;
  problems: string[];
}

/**
 * The index as the main isolate has it; implemented by a client of the index thread. Writes are on disk (fsync, shared by
 * all that came together) when they resolve. Every method may reject with `ServiceError` unavailable: the file cannot be
 * written now.
 */
export interface SearchIndex extends AsyncDisposable {
  /** Resolves with the reason when its thread has died: only a restart helps. */
  readonly failed: Promise<Error>;
  /** Adds or replaces a document in words, in every generation that lives; its vectors are owed from then on. */
  put(document: IndexDocument): Promise<PutAnswer>;
  /** It is as it was: `fetchedMs` and nothing else. False where there is no such document. */
  touch(documentId: string, fetchedMs: number): Promise<boolean>;
  /** Resolves true once nothing of the document is owed to Chroma, false after `timeoutMs`. */
  settled(documentId: string, options: { timeoutMs: number }): Promise<boolean>;
  /** Gone from words at once, from Chroma as soon as it answers. */
  remove(filter: DocumentFilter): Promise<{ documents: number; chunks: number }>;
  /** Of an id, an address or an alias. */
  find(key: { documentId: string } | { url: string }): Promise<StoredDocument | undefined>;
  read(
    documentId: string,
  ): Promise<{ document: StoredDocument; markdown: string; chunks: StoredChunk[] } | undefined>;
  list(
    query: DocumentFilter & { limit: number; cursor?: string },
  ): Promise<{ documents: StoredDocument[]; nextCursor?: string }>;
  stats(): Promise<IndexStats>;
  /** `deep`: ids are compared, not only counts. */
  books(options?: { deep?: boolean }): Promise<IndexBooks>;
  stage(upload: Upload): Promise<void>;
  upload(uploadId: string): Promise<Upload | undefined>;
  uploads(): Promise<{ uploadId: string; createdMs: number }[]>;
  /** To be called when its document is in, or it has failed for good. */
  dropUpload(uploadId: string): Promise<void>;
  /**
   * Begins (or finds) a generation of today's embedder and recipe beside the serving one. `slices`: numbers after which each
   * slice of up to `sliceSize` documents begins, and `upToNo` the last number there is; what comes later is put into both.
   * `generation` undefined: the serving one is of today's, and `force` is not set.
   */
  beginRebuild(
    options: { force: boolean; sliceSize: number },
  ): Promise<{ generation?: number; documents: number; slices: { afterNo: number; upToNo: number }[] }>;
  /** Brings the documents of a slice that it does not have yet into it. */
  rebuildSlice(generation: number, slice: { afterNo: number; upToNo: number }): Promise<{ done: number }>;
  /**
   * Lets the new generation serve and the old one go. `whole: false`: documents or vectors are missing still (vectors only
   * count where the serving generation has some), and nothing was changed.
   */
  finishRebuild(
    generation: number,
  ): Promise<{ whole: boolean; missingDocuments: number; owedVectors: number }>;
  /** Where Chroma is now, or why not; how it is asked, where it is connected (credentials are no part of the state). */
  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void;
  /** Told, after it is durable, that what searches find has changed. Returns how to stop being told. */
  onChange(listener: () => void): () => void;
}
