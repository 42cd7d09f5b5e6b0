import { DatabaseSync } from "node:sqlite";
import type { IndexBook } from "../index_book_port.ts";
import { IndexChunks } from "./index_chunks.ts";
import { IndexCounters } from "./index_counters.ts";
import { IndexDebts } from "./index_debts.ts";
import { IndexDocuments } from "./index_documents.ts";
import { indexOpenError, indexStorageError } from "./index_errors.ts";
import { IndexGenerations } from "./index_generations.ts";
import { migrateIndex } from "./index_schema.ts";
import { IndexStatements } from "./index_statements.ts";
import { IndexUploads } from "./index_uploads.ts";
import { WordTables } from "./word_tables.ts";

export interface IndexBookOptions {
  /** File; its folder must exist. */
  path: string;
  /** Of the embedder at hand: only its vectors can be paid. */
  embedderId: string;
  /** Called with the open database: tests give it a full disk. */
  tune?: (db: DatabaseSync) => void;
}

/** The one writer of `search.db`. Storage faults come out as `ServiceError` `storage_full` or `unavailable`. */
export class SqliteIndexBook implements IndexBook {
  readonly generations: IndexGenerations;
  readonly documents: IndexDocuments;
  readonly chunks: IndexChunks;
  readonly uploads: IndexUploads;
  readonly words: WordTables;
  readonly debts: IndexDebts;
  readonly #db: DatabaseSync;
  readonly #counters: IndexCounters;
  readonly #statements: IndexStatements;

  /** @throws {ServiceError} unavailable: it cannot be opened, or a newer release wrote it */
  constructor({ path, embedderId, tune }: IndexBookOptions) {
    this.#db = open(path);
    try {
      tune?.(this.#db);
      const statements = this.#statements = new IndexStatements(this.#db);
      this.#counters = new IndexCounters(statements);
      this.words = new WordTables(this.#db);
      this.generations = new IndexGenerations(statements, this.#counters, this.words);
      this.documents = new IndexDocuments(statements);
      this.chunks = new IndexChunks(statements, this.#counters, embedderId);
      this.uploads = new IndexUploads(statements);
      this.debts = new IndexDebts({
        statements,
        counters: this.#counters,
        chunks: this.chunks,
        transaction: (work) => this.transaction(work),
        embedderId,
      });
    } catch (error) {
      this.#db.close();
      throw indexOpenError(error, path);
    }
  }

  transaction<T>(work: () => T): T {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const value = work();
      this.#counters.flush();
      this.#db.exec("COMMIT");
      return value;
    } catch (error) {
      this.#counters.forget();
      this.generations.forget();
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw indexStorageError(error) ?? error;
    }
  }

  reading<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw indexStorageError(error) ?? error;
    }
  }

  sizeBytes(): number {
    const { page_count: pages } = this.#statements.one<{ page_count: number }>("PRAGMA page_count")!;
    const { page_size: size } = this.#statements.one<{ page_size: number }>("PRAGMA page_size")!;
    return pages * size;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec("PRAGMA busy_timeout = 2000"); // the search thread never writes; a copy being taken may hold a lock
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL"); // a document that was taken survives power loss
    db.exec("PRAGMA temp_store = MEMORY");
    db.exec("PRAGMA cache_size = -16384"); // KiB
    db.exec("PRAGMA journal_size_limit = 67108864");
    migrateIndex(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw indexOpenError(error, path);
  }
}
