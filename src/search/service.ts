import type { JsonCache } from "../cache/port.ts";
import { messageOf, ServiceError } from "../platform/errors.ts";
import { newId } from "../platform/ids.ts";
import type { Queue } from "../queue/service_port.ts";
import { AnswerCache } from "./answer_cache.ts";
import { documentIdOf } from "./document_of.ts";
import type { DocumentFilter, IndexBooks, SearchIndex, StoredChunk, StoredDocument } from "./index_port.ts";
import type { NewDocument, Search, SearchStatus, VectorDatabaseState } from "./port.ts";
import { Rebuilds } from "./rebuilds.ts";
import type { Retriever, SearchAnswer, SearchQuery } from "./retrieval_port.ts";

export interface SearchServiceOptions {
  index: SearchIndex;
  retriever: Retriever;
  queue: Queue;
  cache: JsonCache;
  vectorDatabase: () => VectorDatabaseState;
  embedder: SearchStatus["embedder"];
  onError: (error: unknown, doing: string) => void;
}

/** An upload whose task is not there yet: its acceptance is under way. */
const NEW_UPLOAD_MS = 60_000;
const SWEEP_MS = 600_000;

/** Search, as the main isolate has it: the index's thread, the search thread, the cache of answers, the queue. */
export class SearchService implements Search {
  readonly enabled = true;
  readonly #options: SearchServiceOptions;
  readonly #answers: AnswerCache;
  readonly #rebuilds: Rebuilds;
  readonly #unsubscribe: () => void;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  constructor(options: SearchServiceOptions) {
    this.#options = options;
    const { cache, index, queue, onError } = options;
    this.#answers = new AnswerCache(cache, { onError: (error) => onError(error, "cutting cached searches") });
    this.#rebuilds = new Rebuilds({ index, queue });
    this.#unsubscribe = index.onChange(() => this.#answers.cut());
  }

  /** Goes on with what the last process left: uploads without a task, an index of another embedder or recipe. */
  async start(): Promise<void> {
    const { onError } = this.#options;
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS);
    await this.#sweep();
    try {
      await this.rebuild({ force: false });
    } catch (error) {
      onError(error, "starting the rebuild of the index");
    }
  }

  stop(): void {
    clearInterval(this.#sweeper);
    this.#unsubscribe();
  }

  search(
    query: SearchQuery,
    { maxAgeS = 0, signal }: { maxAgeS?: number; signal?: AbortSignal } = {},
  ): Promise<SearchAnswer & { cached: boolean; ageS: number }> {
    return this.#answers.answer(query, maxAgeS, () => this.#options.retriever.search(query, { signal }));
  }

  async addDocument(
    document: NewDocument,
    options: { requestId?: string } = {},
  ): Promise<{ documentId: string; taskId: string }> {
    const { index, queue } = this.#options;
    const { contentType, bytes, documentId: given, url, title, brand, language, tags } = document;
    const documentId = documentIdOf({ documentId: given, url, content: bytes });
    const uploadId = newId("upload");
    const createdMs = Date.now();
    const about = { documentId, url, title, brand, language, tags, contentType, fetchedMs: createdMs };
    await index.stage({ uploadId, contentType, bytes, about, createdMs });
    try {
      const { taskId } = await queue.enqueue(
        { type: "document", input: { upload_id: uploadId }, taskId: taskIdOf(uploadId), brand, tags },
        options,
      );
      return { documentId, taskId };
    } catch (error) {
      await index.dropUpload(uploadId);
      throw error;
    }
  }

  async document(
    documentId: string,
  ): Promise<{ document: StoredDocument; markdown: string; chunks: StoredChunk[] }> {
    const found = await this.#options.index.read(documentId);
    if (found === undefined) throw new ServiceError("not_found", `There is no document ${documentId}`);
    return found;
  }

  documents(
    query: DocumentFilter & { limit: number; cursor?: string },
  ): Promise<{ documents: StoredDocument[]; nextCursor?: string }> {
    return this.#options.index.list(query);
  }

  removeDocuments(filter: DocumentFilter): Promise<{ documents: number; chunks: number }> {
    return this.#options.index.remove(filter);
  }

  async status(): Promise<SearchStatus> {
    const { index, embedder, vectorDatabase } = this.#options;
    const stats = await index.stats();
    const building = stats.generations.find(({ state }) => state === "building");
    const batchId = building === undefined ? undefined : await this.#rebuilds.batchOf(building.no);
    return {
      ...stats,
      embedder,
      vectorDatabase: vectorDatabase(),
      ...(building === undefined
        ? {}
        : { rebuild: { generation: building.no, documents: building.documents, batchId } }),
    };
  }

  books(options?: { deep?: boolean }): Promise<IndexBooks> {
    return this.#options.index.books(options);
  }

  rebuild(options: { force: boolean }): Promise<{ batchId: string; documents: number } | undefined> {
    return this.#rebuilds.begin(options);
  }

  /** Uploads are kept as long as their tasks may want them. */
  async #sweep(): Promise<void> {
    const { index, queue, onError } = this.#options;
    try {
      for (const { uploadId, createdMs } of await index.uploads()) {
        if (createdMs > Date.now() - NEW_UPLOAD_MS) continue;
        if (!await isWanted(queue, taskIdOf(uploadId))) await index.dropUpload(uploadId);
      }
    } catch (error) {
      onError(messageOf(error), "sweeping uploads");
    }
  }
}

/** The task that reads an upload. */
export function taskIdOf(uploadId: string): string {
  return `document_${uploadId}`;
}

/** A failed or cancelled task may be tried again. */
async function isWanted(queue: Pick<Queue, "get">, taskId: string): Promise<boolean> {
  try {
    return (await queue.get(taskId)).status !== "completed";
  } catch (error) {
    if (error instanceof ServiceError && error.code === "not_found") return false;
    throw error;
  }
}
