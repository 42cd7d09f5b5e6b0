import type { BookGeneration, GenerationRows, LivingGeneration } from "../index_book_port.ts";
import type { WordWriter } from "../word_port.ts";
import type { IndexCounters } from "./index_counters.ts";
import type { IndexStatements } from "./index_statements.ts";

/** Generations, from the first chunk to the last row that goes. */
export class IndexGenerations implements GenerationRows {
  readonly #sql: IndexStatements;
  readonly #counters: IndexCounters;
  readonly #words: WordWriter;
  /** Read at every put, changed by a rebuild only. */
  #living: readonly LivingGeneration[] | undefined;

  constructor(statements: IndexStatements, counters: IndexCounters, words: WordWriter) {
    this.#sql = statements;
    this.#counters = counters;
    this.#words = words;
  }

  all(): BookGeneration[] {
    this.#counters.flush();
    const sum = (column: string) =>
      `(SELECT coalesce(sum(${column}), 0) FROM collections WHERE generation = no)`;
    return this.#sql.all<BookGeneration>(
      "SELECT no, embedder_id AS embedderId, recipe, state, created_ms AS createdMs, documents, " +
        `${sum("chunks")} AS chunks, ${sum("owed")} AS owedVectors FROM generations ORDER BY no`,
    ).map((row) => ({ ...row }));
  }

  living(): readonly LivingGeneration[] {
    return this.#living ??= this.#sql.all<LivingGeneration>(
      "SELECT no, state FROM generations WHERE state <> 'retired' ORDER BY no",
    ).map(({ no, state }) => ({ no, state }));
  }

  /** What was changed was undone. */
  forget(): void {
    this.#living = undefined;
  }

  add({ embedderId, recipe, state, createdMs }: Parameters<GenerationRows["add"]>[0]): number {
    const { no } = this.#sql.one<{ no: number }>(
      "INSERT INTO generations (embedder_id, recipe, state, created_ms) VALUES (?, ?, ?, ?) RETURNING no",
      embedderId,
      recipe,
      state,
      createdMs,
    )!;
    this.#words.create(no);
    this.forget();
    return no;
  }

  setState(no: number, state: BookGeneration["state"]): void {
    this.#sql.run("UPDATE generations SET state = ? WHERE no = ?", state, no);
    this.forget();
  }

  retire(no: number): void {
    this.setState(no, "retired");
    this.#counters.flush();
    const names = "SELECT name FROM collections WHERE generation = ?";
    this.#sql.run(`DELETE FROM removals WHERE collection IN (${names})`, no);
    this.#sql.run(`INSERT OR IGNORE INTO dropped (collection) ${names} AND begun <> 0`, no);
    this.#words.drop(no);
  }

  purge(no: number, limit: number): boolean {
    const chunks = "DELETE FROM chunks WHERE seq IN (SELECT seq FROM chunks WHERE generation = ? LIMIT ?)";
    if (this.#sql.run(chunks, no, limit) > 0) return false;
    const members = "DELETE FROM members WHERE generation = ? AND document_no IN " +
      "(SELECT document_no FROM members WHERE generation = ? LIMIT ?)";
    if (this.#sql.run(members, no, no, limit) > 0) return false;
    this.#sql.run("DELETE FROM collections WHERE generation = ?", no);
    this.#sql.run("DELETE FROM generations WHERE no = ?", no);
    return true;
  }

  languages(no: number): Record<string, number> {
    this.#counters.flush();
    const sql =
      "SELECT lang, chunks FROM collections WHERE generation = ? AND chunks > 0 ORDER BY chunks DESC";
    const rows = this.#sql.all<{ lang: string; chunks: number }>(sql, no);
    return Object.fromEntries(rows.map(({ lang, chunks }) => [lang, chunks]));
  }
}
