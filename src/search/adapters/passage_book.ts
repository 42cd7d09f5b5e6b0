import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { PassageRow } from "../book_port.ts";
import type { PassageBook, PassageFilter, PassageKey, ServingGeneration } from "../passage_port.ts";
import { IndexStatements } from "./index_statements.ts";

interface ChunkRow {
  seq: number;
  id: string;
  document_id: string;
  ordinal: number;
  text: string;
  heading_path: string;
  page: number | null;
  lang: string;
  title: string | null;
  url: string | null;
  brand: string | null;
  kind: string | null;
  tags: string | null;
  source: "scrape" | "upload";
  fetched_ms: number;
  content_hash: string;
}

const JOINED = "FROM json_each(?) AS wanted CROSS JOIN chunks AS c ON ";
const DOCUMENTS = " CROSS JOIN documents AS d ON d.no = c.document_no AND d.going = 0";
/** Nothing in UTF-8 sorts after it. */
const LAST_CHARACTER = "\u{10FFFF}";

/** Passages of `search.db`, through a handle that only reads. */
export class SqlitePassageBook implements PassageBook {
  readonly #sql: IndexStatements;

  constructor(db: DatabaseSync) {
    this.#sql = new IndexStatements(db);
  }

  serving(): ServingGeneration | undefined {
    const row = this.#sql.one<{ no: number; embedder_id: string }>(
      "SELECT no, embedder_id FROM generations WHERE state = 'serving'",
    );
    if (row === undefined) return undefined;
    const sql =
      "SELECT lang FROM collections WHERE generation = ? AND chunks > owed ORDER BY chunks - owed DESC";
    const languages = this.#sql.all<{ lang: string }>(sql, row.no).map(({ lang }) => lang);
    return { no: row.no, embedderId: row.embedder_id, languages };
  }

  keysBySeq(generation: number, seqs: readonly number[], filter: PassageFilter): PassageKey[] {
    return this.#keys("c.seq = wanted.value AND c.generation = ?", generation, seqs, filter);
  }

  keysById(generation: number, chunkIds: readonly string[], filter: PassageFilter): PassageKey[] {
    return this.#keys("c.id = wanted.value AND c.generation = ?", generation, chunkIds, filter);
  }

  read(generation: number, seqs: readonly number[]): PassageRow[] {
    const sql =
      "SELECT c.seq, c.id, d.id AS document_id, c.ordinal, c.text, c.heading_path, c.page, c.lang, " +
      "d.title, d.url, d.brand, d.kind, d.tags, d.source, d.fetched_ms, d.content_hash " +
      `${JOINED}c.seq = wanted.value AND c.generation = ?${DOCUMENTS}`;
    return this.#sql.all<ChunkRow>(sql, JSON.stringify(seqs), generation).map(rowOf);
  }

  #keys(
    by: string,
    generation: number,
    keys: readonly (number | string)[],
    filter: PassageFilter,
  ): PassageKey[] {
    const { sql, values } = conditionsOf(filter);
    const rows = this.#sql.all<{ seq: number; id: string; document_id: string }>(
      `SELECT c.seq, c.id, d.id AS document_id ${JOINED}${by}${DOCUMENTS}${sql}`,
      JSON.stringify(keys),
      generation,
      ...values,
    );
    return rows.map((row) => ({ seq: row.seq, chunkId: row.id, documentId: row.document_id }));
  }
}

/** The filter as SQL; as many texts as there are sets of conditions, so that statements are made once. */
function conditionsOf(filter: PassageFilter): { sql: string; values: SQLInputValue[] } {
  let sql = "";
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...of: SQLInputValue[]) => {
    sql += ` AND ${condition}`;
    values.push(...of);
  };
  const { brand, lang, kinds, tags, source, documentId, urlPrefix, fetchedFromMs, fetchedBeforeMs } = filter;
  if (brand !== undefined) where("d.brand = ?", brand);
  if (lang !== undefined) where("c.lang = ?", lang);
  if (kinds !== undefined && kinds.length > 0) {
    where("d.kind IN (SELECT value FROM json_each(?))", JSON.stringify(kinds));
  }
  if (tags !== undefined && tags.length > 0) {
    where(
      "NOT EXISTS (SELECT value FROM json_each(?) EXCEPT SELECT value FROM json_each(coalesce(d.tags, '[]')))",
      JSON.stringify(tags),
    );
  }
  if (source !== undefined) where("d.source = ?", source);
  if (documentId !== undefined) where("d.id = ?", documentId);
  if (urlPrefix !== undefined) where("d.url >= ? AND d.url < ?", urlPrefix, urlPrefix + LAST_CHARACTER);
  if (fetchedFromMs !== undefined) where("d.fetched_ms >= ?", fetchedFromMs);
  if (fetchedBeforeMs !== undefined) where("d.fetched_ms < ?", fetchedBeforeMs);
  return { sql, values };
}

function rowOf(row: ChunkRow): PassageRow {
  return {
    seq: row.seq,
    chunkId: row.id,
    documentId: row.document_id,
    ordinal: row.ordinal,
    text: row.text,
    headingPath: JSON.parse(row.heading_path),
    page: row.page ?? undefined,
    lang: row.lang,
    title: row.title ?? undefined,
    url: row.url ?? undefined,
    brand: row.brand ?? undefined,
    kind: row.kind ?? undefined,
    tags: row.tags === null ? undefined : JSON.parse(row.tags),
    source: row.source,
    fetchedMs: row.fetched_ms,
    contentHash: row.content_hash,
  };
}
