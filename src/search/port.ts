import type {
  DocumentFilter,
  IndexBooks,
  IndexDocument,
  IndexStats,
  StoredChunk,
  StoredDocument,
  Upload,
} from "./index_port.ts";
import type { VectorDatabaseState } from "./database_port.ts";
import type { SearchAnswer, SearchQuery } from "./retrieval_port.ts";

export type { VectorDatabase, VectorDatabaseState } from "./database_port.ts";

/** Search as HTTP and a program use it. @throws {ServiceError} unavailable: it is off (`CHROMA_URL=off`), or its file cannot be used */
export interface Search {
  readonly enabled: boolean;
  /** `maxAgeS`: an answer no older than this may come from the cache. */
  search(
    query: SearchQuery,
    options?: { maxAgeS?: number; signal?: AbortSignal },
  ): Promise<SearchAnswer & { cached: boolean; ageS: number }>;
  /** A document of the caller's own: on disk, and a task of type `document` queued that reads it, when this resolves. */
  addDocument(document: NewDocument, options?: { requestId?: string }): Promise<{
    documentId: string;
    taskId: string;
  }>;
  /** @throws {ServiceError} not_found */
  document(
    documentId: string,
  ): Promise<{ document: StoredDocument; markdown: string; chunks: StoredChunk[] }>;
  documents(
    query: DocumentFilter & { limit: number; cursor?: string },
  ): Promise<{ documents: StoredDocument[]; nextCursor?: string }>;
  /** At least one condition. */
  removeDocuments(filter: DocumentFilter): Promise<{ documents: number; chunks: number }>;
  status(): Promise<SearchStatus>;
  books(options?: { deep?: boolean }): Promise<IndexBooks>;
  /** A batch of tasks of type `index_rebuild`; undefined where nothing is to be done (and `force` is not set). */
  rebuild(options: { force: boolean }): Promise<{ batchId: string; documents: number } | undefined>;
}

/** What a caller hands in to be found. */
export interface NewDocument {
  /** `text/plain`, `text/markdown`, `text/html` or `application/pdf`. */
  contentType: string;
  bytes: Uint8Array;
  /** `[A-Za-z0-9._-]{1,128}`: the same id again replaces the document. @default made of `url`, else of the content */
  documentId?: string;
  url?: string;
  title?: string;
  brand?: string;
  language?: string;
  tags?: string[];
}

export interface SearchStatus extends IndexStats {
  embedder: { id: string; kind: "hash" | "openai" | "transformers" };
  vectorDatabase: VectorDatabaseState;
  /** A generation is being built. */
  rebuild?: { generation: number; documents: number; batchId?: string };
}

/** What became of a text that was to be indexed; keys are those of the task's result. */
export interface IndexOutcome {
  document_id?: string;
  /** `gone`: it was there, and is not any more. `reread`: it has not changed, but is not in the index: it is read again. */
  change: "new" | "changed" | "unchanged" | "gone" | "reread" | "none";
  chunks?: number;
  added?: number;
  removed?: number;
  kept?: number;
  /** `owed`: Chroma cannot run here; the vectors are written when it can. */
  vectors?: "stored" | "owed";
  reason?: string;
  /** Of `reread`: the scrape that reads it again. */
  task_id?: string;
}

/** Of a document that is in the index now. */
export type IndexedDocument =
  & Required<Pick<IndexOutcome, "document_id" | "chunks" | "added" | "removed" | "kept" | "vectors">>
  & {
    change: "new" | "changed" | "unchanged";
  };

/** A slice of a rebuild, or its end. */
export type RebuildStep =
  | { generation: number; after_no: number; up_to_no: number }
  | { generation: number; finish: true };

/** What tasks ask of search. @throws {TaskError}; {DeferredError}: vectors cannot be written now, come back later */
export interface IndexWork {
  /** What a scrape found, by the id of its task. */
  indexScrape(taskId: string): Promise<IndexOutcome>;
  /** What was handed in; undefined where it has been dealt with. */
  takeUpload(uploadId: string): Promise<Upload | undefined>;
  /** What an upload says, and its end. */
  indexUpload(uploadId: string, document: IndexDocument): Promise<IndexedDocument>;
  rebuildIndex(step: RebuildStep): Promise<{ done?: number; serving?: boolean }>;
}
