import { addressKey } from "./address_key.ts";
import type { BookDocument, DocumentRows } from "./index_book_port.ts";
import type { IndexDocument } from "./index_port.ts";

/** What addresses of one page share; undefined without one. */
export function urlKeyOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : addressKey(url);
}

/**
 * Which address leads to which document: to the one it led to last. A page that no address leads to any more has moved
 * (its address redirects to another page now) and is an orphan. What a caller handed in has its own id: it takes only
 * addresses that are free and is never an orphan.
 */
export class AddressBook {
  readonly #documents: DocumentRows;

  constructor(documents: DocumentRows) {
    this.#documents = documents;
  }

  /** Lets the document's addresses lead to it. Returns the numbers of documents that are orphans by that. */
  lead(document: IndexDocument, no: number, old?: BookDocument): number[] {
    const { url, aliases = [], source } = document;
    const oldKey = urlKeyOf(old?.url);
    const keys = new Set([url, ...aliases].map(urlKeyOf).filter((key) => key !== undefined));
    if (oldKey !== undefined && !keys.has(oldKey)) this.#documents.unlead(oldKey, no);
    const robbed = new Set<number>();
    for (const key of keys) {
      const before = this.#documents.lead(key, no, { take: source === "scrape" });
      if (before !== undefined) robbed.add(before);
    }
    return [...robbed].filter((other) =>
      !this.#documents.hasAddress(other) && this.#documents.byNo(other)?.source === "scrape"
    );
  }
}
