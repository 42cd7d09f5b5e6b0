import { collectionOf } from "../book_port.ts";
import type { IndexStatements } from "./index_statements.ts";

interface Delta {
  chunks: number;
  owed: number;
}

/**
 * Counts of chunks by member and by collection, so that nobody counts a million rows. What a transaction changes gathers
 * here and is written once, at its end or before somebody reads.
 */
export class IndexCounters {
  readonly #sql: IndexStatements;
  readonly #members = new Map<string, Delta & { generation: number; no: number }>();
  readonly #collections = new Map<string, Delta & { generation: number; lang: string }>();

  constructor(statements: IndexStatements) {
    this.#sql = statements;
  }

  change(generation: number, no: number, lang: string, { chunks, owed }: Delta): void {
    const memberKey = `${generation} ${no}`;
    const member = this.#members.get(memberKey) ?? { generation, no, chunks: 0, owed: 0 };
    member.chunks += chunks;
    member.owed += owed;
    this.#members.set(memberKey, member);
    const langKey = `${generation} ${lang}`;
    const collection = this.#collections.get(langKey) ?? { generation, lang, chunks: 0, owed: 0 };
    collection.chunks += chunks;
    collection.owed += owed;
    this.#collections.set(langKey, collection);
  }

  flush(): void {
    for (const { generation, no, chunks, owed } of this.#members.values()) {
      this.#sql.run(
        "UPDATE members SET chunks = chunks + ?, owed = owed + ? WHERE generation = ? AND document_no = ?",
        chunks,
        owed,
        generation,
        no,
      );
    }
    for (const { generation, lang, chunks, owed } of this.#collections.values()) {
      const sql =
        "UPDATE collections SET chunks = chunks + ?, owed = owed + ? WHERE generation = ? AND lang = ?";
      if (this.#sql.run(sql, chunks, owed, generation, lang) > 0) continue;
      const { embedderId } = this.#sql.one<{ embedderId: string }>(
        "SELECT embedder_id AS embedderId FROM generations WHERE no = ?",
        generation,
      )!;
      this.#sql.run(
        "INSERT INTO collections (generation, lang, name, chunks, owed) VALUES (?, ?, ?, ?, ?)",
        generation,
        lang,
        collectionOf(generation, embedderId, lang),
        chunks,
        owed,
      );
    }
    this.forget();
  }

  /** What has gathered was undone. */
  forget(): void {
    this.#members.clear();
    this.#collections.clear();
  }
}
