import { messageOf } from "../platform/errors.ts";
import type { IndexBook } from "./index_book_port.ts";
import type { IndexBooks } from "./index_port.ts";
import type { VectorStore } from "./vector_port.ts";

const SHOWN = 10;
const PAGE = 1000;

export interface BooksOptions {
  deep: boolean;
  /** Undefined: Chroma cannot be asked. */
  store?: VectorStore;
  timeoutMs: number;
}

/** Counts the serving generation in three places, row by row, and says where they differ. */
export async function indexBooks(book: IndexBook, options: BooksOptions): Promise<IndexBooks> {
  const serving = book.generations.all().find(({ state }) => state === "serving")!;
  const { chunks: store, owed: owedVectors } = book.chunks.count(serving.no);
  const words = book.words.count(serving.no);
  const owedRemovals = book.chunks.countRemovals();
  const problems: string[] = [];
  if (words !== store) problems.push(`${store} chunks have ${words} rows of words`);
  if (serving.chunks !== store || serving.owedVectors !== owedVectors) {
    problems.push(
      `${store} chunks, ${owedVectors} of them owed, are counted as ${serving.chunks} and ${serving.owedVectors}`,
    );
  }
  const books: IndexBooks = {
    store,
    words,
    owedVectors,
    owedRemovals,
    missingVectors: [],
    orphanVectors: [],
    balanced: problems.length === 0,
    problems,
  };
  if (options.store === undefined) return books;
  try {
    await addVectors(book, serving.no, options.store, options, books);
  } catch (error) {
    books.vectors = undefined;
    problems.push(`Chroma could not be asked: ${messageOf(error)}`);
  }
  books.balanced = problems.length === 0;
  return books;
}

async function addVectors(
  book: IndexBook,
  generation: number,
  store: VectorStore,
  { deep, timeoutMs }: BooksOptions,
  books: IndexBooks,
): Promise<void> {
  const prefix = `tutti-${generation}-`;
  const collections = book.debts.collections().filter(({ collection }) => collection.startsWith(prefix));
  books.vectors = 0;
  for (const { collection } of collections) {
    books.vectors += await store.count(collection, { timeoutMs });
  }
  // What is owed may have been written a moment ago, and what is to be removed may have gone.
  const least = books.store - books.owedVectors;
  const most = books.store + books.owedRemovals;
  const isWithin = books.vectors >= least && books.vectors <= most;
  if (!isWithin) {
    books.problems.push(
      `${books.store} chunks (${books.owedVectors} vectors and ${books.owedRemovals} removals owed) ` +
        `have ${books.vectors} records in Chroma`,
    );
  }
  if (isWithin && !deep) return;
  for (const { collection } of collections) await compareIds(book, collection, store, timeoutMs, books);
  if (isWithin && books.missingVectors.length > 0) books.problems.push("chunks have no record in Chroma");
  if (isWithin && books.orphanVectors.length > 0) books.problems.push("records in Chroma have no chunk");
}

async function compareIds(
  book: IndexBook,
  collection: string,
  store: VectorStore,
  timeoutMs: number,
  books: IndexBooks,
): Promise<void> {
  const there = new Set<string>();
  for (let offset = 0;; offset += PAGE) {
    const ids = await store.ids(collection, { offset, limit: PAGE, timeoutMs });
    for (const id of ids) there.add(id);
    if (ids.length < PAGE) break;
  }
  const known = [...there];
  for (let at = 0; at < known.length && books.orphanVectors.length < SHOWN; at += PAGE) {
    const { orphans } = book.debts.sort(collection, known.slice(at, at + PAGE));
    const owed = book.debts.removals(Number.MAX_SAFE_INTEGER);
    const expected = new Set(
      owed.filter((removal) => removal.collection === collection).map((r) => r.chunkId),
    );
    books.orphanVectors.push(...orphans.filter((id) => !expected.has(id)));
  }
  for (let after = ""; books.missingVectors.length < SHOWN;) {
    const ids = book.debts.idsOf(collection, after, PAGE);
    books.missingVectors.push(...ids.filter((id) => !there.has(id)));
    if (ids.length < PAGE) break;
    after = ids.at(-1)!;
  }
  books.missingVectors.length = Math.min(books.missingVectors.length, SHOWN);
  books.orphanVectors.length = Math.min(books.orphanVectors.length, SHOWN);
}
