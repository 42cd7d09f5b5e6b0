import type { Answer, AnswerEvent, Answers, AskRequest } from "../../src/answers/port.ts";
import { ServiceError } from "../../src/platform/errors.ts";
import type { DocumentFilter, IndexBooks, StoredChunk, StoredDocument } from "../../src/search/index_port.ts";
import type { NewDocument, Search, SearchStatus } from "../../src/search/port.ts";
import type { Passage, SearchAnswer, SearchQuery } from "../../src/search/retrieval_port.ts";

/** A passage with every word it must have, and what a test is about. */
export function passage(own: Partial<Passage> = {}): Passage {
  return {
    chunkId: "doc_1-a",
    documentId: "doc_1",
    score: 0.03,
    keywordRank: 1,
    coverage: 1,
    snippet: "<mark>Weight</mark> 14.8 kg",
    text: "Weight 14.8 kg",
    headingPath: ["Specifications"],
    lang: "en",
    source: "scrape",
    fetchedMs: Date.parse("2026-01-01T00:00:00Z"),
    contentHash: "c0ffee",
    ...own,
  };
}

export function storedDocument(documentId: string, own: Partial<StoredDocument> = {}): StoredDocument {
  return {
    documentId,
    source: "upload",
    contentHash: "c0ffee",
    fetchedMs: 1000,
    indexedMs: 2000,
    chunks: 2,
    owedVectors: 1,
    ...own,
  };
}

/** Search in memory: it finds what a test has laid out, and keeps what it was asked. */
export class FakeSearch implements Search {
  enabled = true;
  readonly searches: { query: SearchQuery; maxAgeS?: number; signal?: AbortSignal }[] = [];
  readonly added: { document: NewDocument; requestId?: string }[] = [];
  readonly listed: DocumentFilter[] = [];
  readonly removals: DocumentFilter[] = [];
  readonly rebuilds: { force: boolean }[] = [];
  readonly all: StoredDocument[] = [];
  deep: boolean | undefined;
  answer: SearchAnswer & { cached: boolean; ageS: number } = {
    passages: [passage()],
    degraded: false,
    corrections: [],
    tookMs: 2.5,
    cached: false,
    ageS: 0,
  };
  /** Thrown by the next calls, whatever they ask. */
  fault: Error | undefined;
  /** What a rebuild gives; undefined: nothing is to be done. */
  begun: { batchId: string; documents: number } | undefined;
  /** Waited for before a document is accepted. */
  accepting: Promise<void> | undefined;
  state: SearchStatus = {
    documents: 0,
    generations: [{
      no: 1,
      embedderId: "hash-1-256",
      recipe: "1",
      state: "serving",
      createdMs: 1000,
      documents: 0,
      chunks: 0,
      owedVectors: 0,
    }],
    languages: {},
    uploads: 0,
    sizeBytes: 4096,
    vectorSync: { state: "idle", written: 0, embedded: 0 },
    embedder: { id: "hash-1-256", kind: "hash" },
    vectorDatabase: { status: "connected", mode: "local", url: "http://127.0.0.1:8000", restarts: 0 },
  };
  bookkeeping: IndexBooks = {
    store: 3,
    words: 3,
    owedVectors: 0,
    owedRemovals: 0,
    missingVectors: [],
    orphanVectors: [],
    balanced: true,
    problems: [],
  };

  // deno-lint-ignore require-await
  async search(query: SearchQuery, options: { maxAgeS?: number; signal?: AbortSignal } = {}) {
    this.#mayFail();
    this.searches.push({ query, ...options });
    return this.answer;
  }

  async addDocument(document: NewDocument, { requestId }: { requestId?: string } = {}) {
    this.#mayFail();
    await this.accepting;
    // The bytes are a view of a body that is let go of.
    this.added.push({ document: { ...document, bytes: document.bytes.slice() }, requestId });
    const documentId = `doc_${document.documentId ?? this.added.length}`;
    return { documentId, taskId: `document_none_1.${this.added.length}-x` };
  }

  // deno-lint-ignore require-await
  async document(documentId: string) {
    this.#mayFail();
    const document = this.all.find((each) => each.documentId === documentId);
    if (document === undefined) throw new ServiceError("not_found", `There is no document ${documentId}`);
    const chunk = (ordinal: number, own: Partial<StoredChunk>): StoredChunk => ({
      chunkId: `${documentId}-${ordinal}`,
      documentId,
      ordinal,
      text: "text",
      headingPath: ["A", "B"],
      tokens: 1,
      lang: "he",
      hasVector: false,
      ...own,
    });
    return { document, markdown: "# A", chunks: [chunk(0, { page: 2 }), chunk(1, { hasVector: true })] };
  }

  // deno-lint-ignore require-await
  async documents({ limit, cursor, ...filter }: DocumentFilter & { limit: number; cursor?: string }) {
    this.#mayFail();
    this.listed.push(filter);
    const from = Number(cursor ?? 0);
    const next = from + limit;
    return {
      documents: this.all.slice(from, next),
      nextCursor: next < this.all.length ? String(next) : undefined,
    };
  }

  // deno-lint-ignore require-await
  async removeDocuments(filter: DocumentFilter) {
    this.#mayFail();
    this.removals.push(filter);
    const gone = this.all.filter((each) =>
      filter.documentId === undefined || each.documentId === filter.documentId
    );
    for (const each of gone) this.all.splice(this.all.indexOf(each), 1);
    return { documents: gone.length, chunks: gone.reduce((sum, { chunks }) => sum + chunks, 0) };
  }

  // deno-lint-ignore require-await
  async status() {
    this.#mayFail();
    return this.state;
  }

  // deno-lint-ignore require-await
  async books({ deep }: { deep?: boolean } = {}) {
    this.#mayFail();
    this.deep = deep;
    return this.bookkeeping;
  }

  // deno-lint-ignore require-await
  async rebuild(options: { force: boolean }) {
    this.#mayFail();
    this.rebuilds.push(options);
    return this.begun;
  }

  #mayFail(): void {
    if (this.fault !== undefined) throw this.fault;
  }
}

export const ANSWER: Answer = {
  answer: "It weighs 14.8 kg [1].",
  found: true,
  citations: [{
    number: 1,
    chunkId: "doc_1-a",
    documentId: "doc_1",
    url: "https://example.com/sp-88",
    page: 3,
  }],
  unsupported: [7],
  model: "stub",
  usage: { inputTokens: 100, outputTokens: 9 },
  tookMs: 12,
};

export const ANSWER_EVENTS: AnswerEvent[] = [
  { kind: "sources", passages: [{ number: 1, ...passage() }], degraded: false },
  { kind: "text", text: "It weighs " },
  { kind: "text", text: "14.8 kg [1]." },
  { kind: "done", answer: ANSWER },
];

/** A language model that says what a test has laid out, event by event as it is asked. */
export class FakeAnswers implements Answers {
  enabled = true;
  readonly asked: AskRequest[] = [];
  /** What is said; an error is thrown in its place, a promise waited for. */
  says: (AnswerEvent | Error | Promise<void>)[] = [...ANSWER_EVENTS];
  /** Events given out. */
  given = 0;
  /** Answers that are over: said to the end, or let go of. */
  over = 0;
  signal: AbortSignal | undefined;

  async *ask(request: AskRequest, { signal }: { signal?: AbortSignal } = {}): AsyncIterable<AnswerEvent> {
    this.asked.push(request);
    this.signal = signal;
    try {
      for (const each of this.says) {
        if (each instanceof Error) throw each;
        if (each instanceof Promise) {
          await Promise.race([each, aborted(signal)]);
          continue;
        }
        this.given++;
        yield each;
      }
    } finally {
      this.over++;
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
