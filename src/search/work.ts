import { DeferredError, messageOf, ServiceError, TaskError } from "../platform/errors.ts";
import type { Queue } from "../queue/service_port.ts";
import { ENDED, type StoredTask } from "../queue/task.ts";
import type { ScrapeResult } from "../scraping/port.ts";
import { documentOf } from "./document_of.ts";
import type { DocumentFilter, IndexDocument, SearchIndex, Upload } from "./index_port.ts";
import type { IndexedDocument, IndexOutcome, IndexWork, RebuildStep, VectorDatabaseState } from "./port.ts";

export interface SearchWorkOptions {
  index: SearchIndex;
  queue: Pick<Queue, "get" | "enqueue">;
  vectorDatabase: () => VectorDatabaseState;
  /** Something that searches find may have gone or come. */
  removed?: () => void;
}

/** How long a task waits in its worker for its vectors, before it lets others have its place. */
const SETTLE_MS = 2000;
const MIN_DEFER_MS = 3000;
const MAX_DEFER_MS = 600_000;
/** Tasks that wait for Chroma look again at most so often, all of them together. */
const LOOKS_PER_S = 50;
const REBUILD_LOOK_MS = 2000;

/** A page that is not there any more, by its site's word. */
const GONE: ReadonlySet<number> = new Set([404, 410]);

/** What tasks ask of search, in the main isolate. Everything here may be done twice: a killed task runs again. */
export class SearchWork implements IndexWork {
  readonly #options: SearchWorkOptions;
  /** Documents whose tasks wait for their vectors. */
  readonly #waiting = new Set<string>();

  constructor(options: SearchWorkOptions) {
    this.#options = options;
  }

  async indexScrape(taskId: string): Promise<IndexOutcome> {
    const task = await this.#task(taskId);
    const { status, resultJson, error, brand } = task;
    if (!ENDED.has(status)) {
      return { change: "none", reason: "the scrape runs again: its next end is followed too" };
    }
    const { url } = JSON.parse(task.inputJson) as { url: string };
    if (status !== "completed" || resultJson === undefined) {
      if (!GONE.has(error?.status_code ?? 0)) return { change: "none", reason: "the page could not be read" };
      return await this.#remove({ url }, `the page answered ${error!.status_code}`);
    }
    const result = JSON.parse(resultJson) as ScrapeResult;
    const tags = task.tags?.filter((tag) => !tag.startsWith("crawl:"));
    const found = documentOf(result, { brand, ...(tags === undefined || tags.length === 0 ? {} : { tags }) });
    switch (found.kind) {
      case "document":
        return await this.#put(found.document);
      case "unchanged": {
        const { documentId, fetchedMs } = found;
        if (!await this.#options.index.touch(documentId, fetchedMs)) return await this.#reread(task, url);
        return { document_id: documentId, change: "unchanged" };
      }
      case "nothing":
        return await this.#remove({ documentId: found.documentId }, found.reason);
    }
  }

  takeUpload(uploadId: string): Promise<Upload | undefined> {
    return this.#options.index.upload(uploadId);
  }

  async indexUpload(uploadId: string, document: IndexDocument): Promise<IndexedDocument> {
    const outcome = await this.#put(document);
    await this.#options.index.dropUpload(uploadId);
    return outcome;
  }

  async rebuildIndex(step: RebuildStep): Promise<{ done?: number; serving?: boolean }> {
    const { index } = this.#options;
    const { generation } = step;
    if (!("finish" in step)) {
      return await index.rebuildSlice(generation, { afterNo: step.after_no, upToNo: step.up_to_no });
    }
    let end = await index.finishRebuild(generation);
    if (end.missingDocuments > 0) {
      // A slice has failed: what it left out is brought over here.
      await index.rebuildSlice(generation, { afterNo: 0, upToNo: Number.MAX_SAFE_INTEGER });
      end = await index.finishRebuild(generation);
    }
    if (end.whole) return { serving: true };
    throw new DeferredError(
      Date.now() + REBUILD_LOOK_MS,
      `The new index is not whole yet: ${end.missingDocuments} documents and ${end.owedVectors} vectors are missing`,
    );
  }

  async #put(document: IndexDocument): Promise<IndexedDocument> {
    const { documentId, change, chunks, added, removed, kept } = await this.#options.index.put(document);
    const vectors = await this.#vectorsOf(documentId);
    return { document_id: documentId, change, chunks, added, removed, kept, vectors };
  }

  /** @throws {DeferredError} they cannot be written now */
  async #vectorsOf(documentId: string): Promise<"stored" | "owed"> {
    const { index, vectorDatabase } = this.#options;
    const { status } = vectorDatabase();
    if (await index.settled(documentId, { timeoutMs: status === "connected" ? SETTLE_MS : 0 })) {
      this.#waiting.delete(documentId);
      return "stored";
    }
    if (vectorDatabase().final) {
      this.#waiting.delete(documentId);
      return "owed";
    }
    this.#waiting.add(documentId);
    const waitMs = Math.min(MAX_DEFER_MS, Math.max(MIN_DEFER_MS, this.#waiting.size / LOOKS_PER_S * 1000));
    throw new DeferredError(Date.now() + waitMs, "Its words are indexed, its vectors wait for Chroma");
  }

  async #remove(filter: DocumentFilter, reason: string): Promise<IndexOutcome> {
    const { documents, chunks } = await this.#options.index.remove(filter);
    return documents > 0 ? { change: "gone", removed: chunks, reason } : { change: "none", reason };
  }

  /** The page is known to its crawl and not to the index: it is asked for as if nobody knew it. */
  async #reread(task: StoredTask, url: string): Promise<IndexOutcome> {
    const { brand, tags, priority } = task;
    const { taskId } = await this.#options.queue.enqueue({
      type: "scrape",
      input: { url, formats: ["markdown", "metadata"], index: true },
      brand,
      tags,
      priority,
    }, { traceparent: task.traceparent ?? null });
    return { change: "reread", task_id: taskId };
  }

  async #task(taskId: string): Promise<StoredTask> {
    try {
      return await this.#options.queue.get(taskId, { withInput: true });
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === "not_found")) throw error;
      throw new TaskError(
        "invalid_input",
        `Cannot index what ${taskId} found as it is forgotten: ${messageOf(error)}`,
        {
          retryable: false,
        },
      );
    }
  }
}
