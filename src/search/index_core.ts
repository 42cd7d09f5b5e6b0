import { ServiceError } from "../platform/errors.ts";
import { ChunkSync, WHOLE_CHUNKS } from "./index_chunk_sync.ts";
import { AddressBook, urlKeyOf } from "./index_addresses.ts";
import type { BookDocument, IndexBook, Unfinished } from "./index_book_port.ts";
import { contentHashOf, fingerprintOf, passagesOf } from "./index_passages.ts";
import type {
  DocumentFilter,
  IndexDocument,
  PutAnswer,
  StoredChunk,
  StoredDocument,
  Upload,
} from "./index_port.ts";
import { type IndexWork, StepTimer } from "./index_work.ts";

export interface IndexCoreOptions {
  maxTokens: number;
  /** Unix ms. @default Date.now */
  nowMs?: () => number;
}

const PART_BYTES = 2 * 1024 * 1024;
const PAGE_OF_REMOVALS = 50;

/** What is done to documents of the index. Works run in steps inside transactions that their caller begins; reads at once. */
export class IndexCore {
  /** Set where what searches find has changed; whoever commits tells and clears it. */
  isChanged = false;
  readonly chunkSync: ChunkSync;
  readonly maxTokens: number;
  readonly #book: IndexBook;
  readonly #addresses: AddressBook;
  readonly #nowMs: () => number;

  constructor(book: IndexBook, { maxTokens, nowMs = Date.now }: IndexCoreOptions) {
    this.#book = book;
    this.maxTokens = maxTokens;
    this.#nowMs = nowMs;
    this.chunkSync = new ChunkSync(book);
    this.#addresses = new AddressBook(book.documents);
  }

  *put(document: IndexDocument): IndexWork<PutAnswer> {
    const { documentId, fetchedMs } = document;
    const { documents } = this.#book;
    const old = documents.byId(documentId);
    const contentHash = contentHashOf(document.markdown);
    const fingerprint = fingerprintOf(document, contentHash);
    const nowMs = this.#nowMs();
    if (old !== undefined && !old.isGoing) {
      // One that was read later is here already: two tasks of a page may end in any order. A time that is still to come
      // was told by a clock that was wrong, and holds nobody up.
      if (fetchedMs < old.readMs && old.readMs <= nowMs) return this.#unchanged(old);
      if (old.fingerprint === fingerprint && this.#isFinished(old.no)) {
        const orphans = this.#addresses.lead(document, old.no);
        if (old.fetchedMs !== fetchedMs || old.readMs !== fetchedMs) {
          documents.setTimes(old.no, { fetchedMs, readMs: fetchedMs });
        }
        yield* this.#removeOrphans(orphans);
        return this.#unchanged(old);
      }
    }
    const { markdown, pages, aliases: _aliases, ...about } = document;
    const row = { ...about, contentHash, fingerprint, readMs: fetchedMs, indexedMs: nowMs, isGoing: false };
    const text = { markdown, pages };
    const now: BookDocument = { ...row, no: old?.no ?? documents.add(row, text) };
    if (old !== undefined) documents.replace(now, text);
    const orphans = this.#addresses.lead(document, now.no, old);
    this.isChanged = true;

    const passages = passagesOf(now, text, this.maxTokens);
    const level = levelOf(old, now);
    const levels = this.#book.generations.living().map(({ no: generation, state }) => {
      const member = this.#book.chunks.member(generation, now.no);
      const isWhole = passages.length + (member?.chunks ?? 0) <= WHOLE_CHUNKS;
      const unfinished = Math.max(level, member?.unfinished ?? 0) as Unfinished;
      // Before the first step ends all that is to be done is written down, in each generation.
      if (!isWhole) this.#book.chunks.setUnfinished(generation, now.no, unfinished);
      return { generation, isServing: state === "serving", unfinished };
    });
    let changes = { added: 0, removed: 0, kept: 0 };
    for (const { generation, isServing, unfinished } of levels) {
      const made = yield* this.chunkSync.run(generation, now, passages, unfinished);
      if (isServing) changes = made;
      // Put or removed again meanwhile: the rest is that one's.
      const left = documents.byNo(now.no);
      if (left === undefined || left.isGoing || left.fingerprint !== fingerprint) break;
    }
    yield* this.#removeOrphans(orphans);
    this.isChanged = true;
    const change = old === undefined || old.isGoing ? "new" : "changed";
    return { documentId, change, chunks: passages.length, ...changes };
  }

  touch(documentId: string, fetchedMs: number): boolean {
    const document = this.#book.documents.byId(documentId);
    if (document === undefined || document.isGoing) return false;
    if (fetchedMs > document.fetchedMs) {
      this.#book.documents.setTimes(document.no, { fetchedMs, readMs: document.readMs });
    }
    return true;
  }

  *remove(filter: DocumentFilter): IndexWork<{ documents: number; chunks: number }> {
    if (Object.values(filter).every((condition) => condition === undefined)) {
      throw new ServiceError(
        "invalid_request",
        "Cannot remove documents as a condition must be given: there is none",
      );
    }
    const withKey = { ...filter, urlKey: urlKeyOf(filter.url) };
    const sum = { documents: 0, chunks: 0 };
    const timer = new StepTimer();
    let beforeNo: number | undefined;
    for (;;) {
      const found = this.#book.documents.list(withKey, { beforeNo, limit: PAGE_OF_REMOVALS });
      for (const document of found) {
        if (timer.isOver) {
          yield;
          timer.restart();
        }
        sum.documents++;
        sum.chunks += yield* this.removeDocument(document.no);
      }
      if (found.length < PAGE_OF_REMOVALS) return sum;
      beforeNo = found.at(-1)!.no;
    }
  }

  /** Returns how many chunks of the serving generation went. */
  *removeDocument(no: number): IndexWork<number> {
    const { documents } = this.#book;
    const document = documents.byNo(no);
    if (document === undefined) return 0;
    this.isChanged = true;
    documents.setGoing(no, true);
    let chunks = 0;
    for (const { no: generation, state } of this.#book.generations.living()) {
      const went = yield* this.chunkSync.clear(generation, document);
      if (state === "serving") chunks = went;
      if (documents.byNo(no)?.isGoing !== true) return chunks; // put again meanwhile
    }
    documents.forget(no);
    this.isChanged = true;
    return chunks;
  }

  find(key: { documentId?: string; url?: string }): StoredDocument | undefined {
    const { documents } = this.#book;
    const found = key.documentId === undefined
      ? documents.byAddress(urlKeyOf(key.url)!)
      : documents.byId(key.documentId);
    return found === undefined || found.isGoing ? undefined : this.#stored(found);
  }

  read(
    documentId: string,
  ): { document: StoredDocument; markdown: string; chunks: StoredChunk[] } | undefined {
    const { documents, chunks } = this.#book;
    const found = documents.byId(documentId);
    if (found === undefined || found.isGoing) return undefined;
    const { markdown } = documents.text(found.no);
    return { document: this.#stored(found), markdown, chunks: chunks.read(this.serving, documentId) };
  }

  list(
    query: DocumentFilter & { limit: number; cursor?: string },
  ): { documents: StoredDocument[]; nextCursor?: string } {
    const { limit, cursor, ...filter } = query;
    if (cursor !== undefined && !/^[0-9]{1,15}$/.test(cursor)) {
      throw new ServiceError(
        "invalid_request",
        "Cannot list documents as the cursor must be one of an answer before",
      );
    }
    const found = this.#book.documents.list({ ...filter, urlKey: urlKeyOf(filter.url) }, {
      limit: limit + 1,
      beforeNo: cursor === undefined ? undefined : Number(cursor),
    });
    const page = found.slice(0, limit);
    return {
      documents: page.map((document) => this.#stored(document)),
      nextCursor: found.length > limit ? String(page.at(-1)!.no) : undefined,
    };
  }

  *stage(upload: Upload): IndexWork<void> {
    const { bytes, ...rest } = upload;
    for (let at = 0, part = 0; at < bytes.length; at += PART_BYTES, part++) {
      if (at > 0) yield;
      this.#book.uploads.addPart(upload.uploadId, part, bytes.subarray(at, at + PART_BYTES));
    }
    this.#book.uploads.add(rest);
  }

  /** Number of the serving generation. */
  get serving(): number {
    return this.#book.generations.living().find(({ state }) => state === "serving")!.no;
  }

  #isFinished(no: number): boolean {
    return this.#book.generations.living().every(({ no: generation, state }) => {
      const member = this.#book.chunks.member(generation, no);
      return member === undefined ? state !== "serving" : member.unfinished === 0;
    });
  }

  #unchanged({ documentId, no }: BookDocument): PutAnswer {
    const chunks = this.#book.chunks.member(this.serving, no)?.chunks ?? 0;
    return { documentId, change: "unchanged", chunks, added: 0, removed: 0, kept: chunks };
  }

  *#removeOrphans(orphans: readonly number[]): IndexWork<void> {
    for (const no of orphans) yield* this.removeDocument(no);
  }

  #stored(document: BookDocument): StoredDocument {
    const { no, readMs: _read, fingerprint: _fingerprint, isGoing: _going, ...about } = document;
    const member = this.#book.chunks.member(this.serving, no);
    return { ...about, chunks: member?.chunks ?? 0, owedVectors: member?.owedVectors ?? 0 };
  }
}

/** What a new version means for chunks that stay: their words bear labels, their records title, brand and address. */
function levelOf(old: BookDocument | undefined, now: BookDocument): Unfinished {
  if (old === undefined) return 1;
  if (old.title !== now.title || old.brand !== now.brand || old.url !== now.url) return 3;
  const isSame = old.kind === now.kind && old.source === now.source &&
    JSON.stringify(old.tags) === JSON.stringify(now.tags);
  return isSame ? 1 : 2;
}
