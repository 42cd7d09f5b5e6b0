import type { OwedBook } from "./book_port.ts";
import type { VectorCallOptions, VectorStore } from "./vector_port.ts";

const PAGE = 1000;
/** As `collectionOf` writes them; a name that only begins like one is somebody else's. */
const OURS = /^tutti-\d+-[a-z0-9._-]+-[a-z]+$/;

export interface VectorAudit {
  /** Collections that no living generation has. */
  dropped: number;
  /** Records that are said to be there and are not. */
  lost: number;
  /** Records that are there and should not. */
  orphans: number;
}

/**
 * Compares what Chroma has with what the book says it has, and writes into the book what differs. Nobody else may write
 * vectors meanwhile.
 */
export async function auditVectors(
  book: OwedBook,
  store: VectorStore,
  options: VectorCallOptions,
): Promise<VectorAudit> {
  const audit: VectorAudit = { dropped: 0, lost: 0, orphans: 0 };
  const present = await store.collections(options);
  const living = book.collections();
  const names = new Set(living.map(({ collection }) => collection));
  for (const name of present) {
    if (names.has(name) || !OURS.test(name)) continue;
    await store.drop(name, options);
    audit.dropped++;
  }
  for (const { collection, records } of living) {
    const count = await store.count(collection, options);
    if (count === records) continue;
    const seen = new Set<string>();
    // What comes twice, as a page may, counts once; an empty page is the end.
    for (let offset = 0; offset < count; offset += PAGE) {
      const ids = await store.ids(collection, { ...options, offset, limit: PAGE });
      if (ids.length === 0) break;
      const { known, orphans } = book.sort(collection, ids);
      for (const id of known) seen.add(id);
      if (orphans.length > 0) book.orphaned(collection, orphans);
      audit.orphans += orphans.length;
    }
    for (let after = "";;) {
      const ids = book.idsOf(collection, after, PAGE);
      if (ids.length === 0) break;
      const lost = ids.filter((id) => !seen.has(id));
      if (lost.length > 0) book.lost(collection, lost);
      audit.lost += lost.length;
      after = ids.at(-1)!;
    }
  }
  return audit;
}
