import { languageOf, wordsOf } from "./analysis/mod.ts";
import type { BookDocument, ChunkState, IndexBook, Unfinished } from "./index_book_port.ts";
import { type IndexPassage, labelsOf } from "./index_passages.ts";
import { type IndexWork, StepTimer } from "./index_work.ts";

/** A document with more chunks than this, old and new together, is written in more than one transaction. */
export const WHOLE_CHUNKS = 120;

export interface ChunkChanges {
  added: number;
  removed: number;
  kept: number;
}

/**
 * Brings the chunks of a document in one generation to what its text says. A small document is written in one step. A
 * large one is marked before the first step and unmarked in the last, so that what was cut off is taken up again: its
 * text is in the file already.
 */
export class ChunkSync {
  readonly #book: IndexBook;
  /** Who works on a document in a generation: the last to begin, all others give way. */
  readonly #runs = new Map<string, symbol>();

  constructor(book: IndexBook) {
    this.#book = book;
  }

  /** `level`: what is to be done to chunks that stay (`Unfinished`). */
  *run(
    generation: number,
    document: BookDocument,
    passages: readonly IndexPassage[],
    level: Unfinished,
  ): IndexWork<ChunkChanges> {
    const { chunks } = this.#book;
    const before = new Map(
      chunks.states(generation, document.documentId).map((state) => [state.chunkId, state]),
    );
    const kept = passages.reduce((sum, { chunkId }) => sum + Number(before.has(chunkId)), 0);
    const changes = { added: passages.length - kept, removed: before.size - kept, kept };
    const isWhole = passages.length + before.size <= WHOLE_CHUNKS;
    const run = this.#begin(generation, document.no);
    chunks.setUnfinished(generation, document.no, isWhole ? 0 : level);

    const named = new Set(passages.map(({ chunkId }) => chunkId));
    const gone = [...before.values()].filter(({ chunkId }) => !named.has(chunkId));
    const timer = new StepTimer();
    const pause = function* (): IndexWork<void> {
      yield;
      timer.restart();
    };
    for (let at = 0; at < gone.length; at += 20) {
      if (!isWhole && timer.isOver) {
        yield* pause();
        if (!this.#isMine(run, generation, document)) return changes;
      }
      this.#remove(generation, document.no, gone.slice(at, at + 20));
    }
    for (const passage of passages) {
      if (!isWhole && timer.isOver) {
        yield* pause();
        if (!this.#isMine(run, generation, document)) return changes;
      }
      const state = before.get(passage.chunkId);
      if (state === undefined) this.#add(generation, document, passage);
      else this.#keep(generation, document, passage, state, level);
    }
    if (!isWhole) chunks.setUnfinished(generation, document.no, 0);
    this.#runs.delete(run.key);
    return changes;
  }

  /** Takes all chunks away, and the member with the last of them. */
  *clear(generation: number, document: BookDocument): IndexWork<number> {
    const { chunks, documents } = this.#book;
    const states = chunks.states(generation, document.documentId);
    const timer = new StepTimer();
    const run = this.#begin(generation, document.no);
    for (let at = 0; at < states.length; at += 20) {
      if (timer.isOver && states.length > WHOLE_CHUNKS) {
        yield;
        timer.restart();
        // It was put again meanwhile.
        if (this.#runs.get(run.key) !== run.token || documents.byNo(document.no)?.isGoing !== true) {
          return states.length;
        }
      }
      this.#remove(generation, document.no, states.slice(at, at + 20));
    }
    chunks.leave(generation, document.no);
    this.#runs.delete(run.key);
    return states.length;
  }

  #begin(generation: number, no: number): { key: string; token: symbol } {
    const run = { key: `${generation} ${no}`, token: Symbol() };
    this.#runs.set(run.key, run.token);
    return run;
  }

  #isMine(run: { key: string; token: symbol }, generation: number, document: BookDocument): boolean {
    if (this.#runs.get(run.key) !== run.token) return false;
    const now = this.#book.documents.byNo(document.no);
    return now !== undefined && !now.isGoing && now.fingerprint === document.fingerprint &&
      this.#book.generations.living().some(({ no }) => no === generation);
  }

  #add(generation: number, document: BookDocument, passage: IndexPassage): void {
    const lang = languageOf(passage.text, document.language);
    const seq = this.#book.chunks.add(generation, document.no, { ...passage, lang });
    this.#write(generation, seq, document, passage, lang);
  }

  #keep(
    generation: number,
    document: BookDocument,
    passage: IndexPassage,
    state: ChunkState,
    level: Unfinished,
  ): void {
    const { chunks, words } = this.#book;
    const hasOtherPage = passage.page !== state.page;
    if (passage.ordinal !== state.ordinal || hasOtherPage) chunks.move(state.seq, passage);
    const lang = languageOf(passage.text, document.language);
    const hasOtherLang = lang !== state.lang;
    if (level >= 2 || hasOtherLang) {
      words.remove(generation, [state.seq]);
      this.#write(generation, state.seq, document, passage, lang);
    }
    // A record carries its page.
    if (level === 3 || hasOtherLang || hasOtherPage) chunks.owe(generation, document.no, state, lang);
  }

  #remove(generation: number, no: number, states: ChunkState[]): void {
    this.#book.chunks.remove(generation, no, states);
    this.#book.words.remove(generation, states.map(({ seq }) => seq));
  }

  #write(generation: number, seq: number, document: BookDocument, passage: IndexPassage, lang: string): void {
    const { headingPath, text } = passage;
    const words = wordsOf({ title: document.title, headingPath, text });
    this.#book.words.add(generation, seq, words, labelsOf(document, lang));
  }
}
