import { ServiceError } from "../platform/errors.ts";
import type { BookGeneration, IndexBook } from "./index_book_port.ts";
import type { IndexCore } from "./index_core.ts";
import { indexRecipe, passagesOf } from "./index_passages.ts";
import type { IndexWork } from "./index_work.ts";

/** Rows of a generation that is gone are removed so many at a time. */
const PURGE_ROWS = 200;
const SLICE = 32;

/** Generations: the first, the next one beside it, the switch, and what goes in the background. */
export class IndexRebuild {
  readonly #book: IndexBook;
  readonly #core: IndexCore;
  readonly #embedderId: string;
  readonly #recipe: string;
  readonly #nowMs: () => number;

  constructor(book: IndexBook, core: IndexCore, options: { embedderId: string; nowMs?: () => number }) {
    this.#book = book;
    this.#core = core;
    this.#embedderId = options.embedderId;
    this.#recipe = indexRecipe(core.maxTokens);
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** An empty file gets its first generation; a half-built one that nobody would finish goes. */
  open(): void {
    const generations = this.#book.generations.all();
    if (!generations.some(({ state }) => state === "serving")) this.#add("serving");
    for (const generation of generations) {
      if (generation.state === "building" && !this.#isOfToday(generation)) {
        this.#book.generations.retire(generation.no);
      }
    }
    this.#book.uploads.dropTorn();
  }

  begin(
    { force, sliceSize }: { force: boolean; sliceSize: number },
  ): { generation?: number; documents: number; slices: { afterNo: number; upToNo: number }[] } {
    const { generations, documents } = this.#book;
    const all = generations.all();
    const serving = all.find(({ state }) => state === "serving")!;
    let building = all.find(({ state }) => state === "building");
    if (building !== undefined && !this.#isOfToday(building)) {
      generations.retire(building.no);
      building = undefined;
    }
    if (building === undefined && this.#isOfToday(serving) && !force) return { documents: 0, slices: [] };
    const generation = building?.no ?? this.#add("building");
    const slices: { afterNo: number; upToNo: number }[] = [];
    for (let afterNo = 0;;) {
      const upToNo = documents.sliceEnd(afterNo, sliceSize);
      if (upToNo === undefined) break;
      slices.push({ afterNo, upToNo });
      afterNo = upToNo;
    }
    return { generation, documents: serving.documents, slices };
  }

  *slice(generation: number, slice: { afterNo: number; upToNo: number }): IndexWork<{ done: number }> {
    let done = 0;
    for (let afterNo = slice.afterNo;;) {
      if (!this.#isBuilding(generation)) return { done }; // it serves already, or another has taken its place
      const missing = this.#book.documents.missing(generation, { ...slice, afterNo }, SLICE);
      for (const no of missing) {
        yield* this.#bring(generation, no);
        done++;
        yield;
        if (!this.#isBuilding(generation)) return { done };
      }
      if (missing.length < SLICE) return { done };
      afterNo = missing.at(-1)!;
    }
  }

  finish(generation: number): { whole: boolean; missingDocuments: number; owedVectors: number } {
    const all = this.#book.generations.all();
    const own = all.find(({ no }) => no === generation);
    if (own?.state === "serving") return { whole: true, missingDocuments: 0, owedVectors: own.owedVectors };
    if (own?.state !== "building") {
      throw new ServiceError("not_found", `Cannot finish generation ${generation} as it is not being built`);
    }
    const serving = all.find(({ state }) => state === "serving")!;
    const missingDocuments = Math.max(0, serving.documents - own.documents) +
      this.#book.chunks.countUnfinished(generation);
    const { owedVectors } = own;
    const hasVectors = serving.chunks > serving.owedVectors;
    if (missingDocuments > 0 || (hasVectors && owedVectors > 0)) {
      return { whole: false, missingDocuments, owedVectors };
    }
    this.#book.generations.retire(serving.no);
    this.#book.generations.setState(generation, "serving");
    this.#core.isChanged = true;
    return { whole: true, missingDocuments, owedVectors };
  }

  /** Takes up what a stop or a fault cut off, and clears away generations that are gone. */
  *tidy(): IndexWork<void> {
    const { generations, documents, chunks } = this.#book;
    for (const no of documents.going(Number.MAX_SAFE_INTEGER)) {
      if (documents.byNo(no)?.isGoing) yield* this.#core.removeDocument(no);
      yield;
    }
    for (const { no: generation, state } of generations.all()) {
      if (state === "retired") {
        while (!generations.purge(generation, PURGE_ROWS)) yield;
      } else {
        for (const no of chunks.unfinished(generation, Number.MAX_SAFE_INTEGER)) {
          yield* this.#bring(generation, no);
          yield;
        }
      }
    }
  }

  *#bring(generation: number, no: number): IndexWork<void> {
    const document = this.#book.documents.byNo(no);
    if (document === undefined || document.isGoing) return;
    const level = this.#book.chunks.member(generation, no)?.unfinished;
    if (level === 0) return; // it has come meanwhile
    const passages = passagesOf(document, this.#book.documents.text(no), this.#core.maxTokens);
    yield* this.#core.chunkSync.run(generation, document, passages, level ?? 1);
    if (generation === this.#core.serving) this.#core.isChanged = true;
  }

  #add(state: "building" | "serving"): number {
    const createdMs = this.#nowMs();
    return this.#book.generations.add({
      embedderId: this.#embedderId,
      recipe: this.#recipe,
      state,
      createdMs,
    });
  }

  #isOfToday({ embedderId, recipe }: BookGeneration): boolean {
    return embedderId === this.#embedderId && recipe === this.#recipe;
  }

  #isBuilding(generation: number): boolean {
    return this.#book.generations.living().some(({ no, state }) => no === generation && state === "building");
  }
}
