import type { SQLInputValue } from "node:sqlite";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { BookDocument, DocumentRows, DocumentText } from "../index_book_port.ts";
import type { DocumentFilter } from "../index_port.ts";
import type { IndexStatements } from "./index_statements.ts";

interface DocumentRow {
  no: number;
  id: string;
  source: "scrape" | "upload";
  url: string | null;
  title: string | null;
  brand: string | null;
  tags: string | null;
  language: string | null;
  kind: string | null;
  content_type: string | null;
  fetched_ms: number;
  read_ms: number;
  indexed_ms: number;
  content_hash: string;
  fingerprint: string;
  going: number;
}

const COLUMNS =
  "id, source, url, title, brand, tags, language, kind, content_type, fetched_ms, read_ms, indexed_ms, " +
  "content_hash, fingerprint, going";
/** Nothing in UTF-8 sorts after it. */
const LAST_CHARACTER = "\u{10FFFF}";

/** Documents, their texts and the addresses that lead to them. */
export class IndexDocuments implements DocumentRows {
  readonly #sql: IndexStatements;

  constructor(statements: IndexStatements) {
    this.#sql = statements;
  }

  byId(documentId: string): BookDocument | undefined {
    return documentOf(this.#sql.one<DocumentRow>("SELECT * FROM documents WHERE id = ?", documentId));
  }

  byNo(no: number): BookDocument | undefined {
    return documentOf(this.#sql.one<DocumentRow>("SELECT * FROM documents WHERE no = ?", no));
  }

  byAddress(urlKey: string): BookDocument | undefined {
    const sql = "SELECT * FROM documents WHERE no = (SELECT document_no FROM aliases WHERE url_key = ?)";
    return documentOf(this.#sql.one<DocumentRow>(sql, urlKey));
  }

  add(document: Omit<BookDocument, "no">, text: DocumentText): number {
    const sql =
      `INSERT INTO documents (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING no`;
    const { no } = this.#sql.one<{ no: number }>(sql, ...valuesOf(document))!;
    this.#write(no, text);
    return no;
  }

  replace(document: BookDocument, text: DocumentText): void {
    const sql =
      `UPDATE documents SET (${COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE no = ?`;
    this.#sql.run(sql, ...valuesOf(document), document.no);
    this.#write(document.no, text);
  }

  setTimes(no: number, { fetchedMs, readMs }: { fetchedMs: number; readMs: number }): void {
    this.#sql.run("UPDATE documents SET fetched_ms = ?, read_ms = ? WHERE no = ?", fetchedMs, readMs, no);
  }

  setGoing(no: number, isGoing: boolean): void {
    this.#sql.run("UPDATE documents SET going = ? WHERE no = ?", Number(isGoing), no);
  }

  forget(no: number): void {
    this.#sql.run("DELETE FROM aliases WHERE document_no = ?", no);
    this.#sql.run("DELETE FROM texts WHERE document_no = ?", no);
    this.#sql.run("DELETE FROM documents WHERE no = ?", no);
  }

  text(no: number): DocumentText {
    const sql = "SELECT deflated FROM texts WHERE document_no = ?";
    const row = this.#sql.one<{ deflated: Uint8Array }>(sql, no);
    return row === undefined ? { markdown: "" } : JSON.parse(inflateRawSync(row.deflated).toString());
  }

  list(
    filter: DocumentFilter & { urlKey?: string },
    { beforeNo = Number.MAX_SAFE_INTEGER, limit }: { beforeNo?: number; limit: number },
  ): BookDocument[] {
    const conditions = ["no < ?", "going = 0"];
    const values: SQLInputValue[] = [beforeNo];
    const where = (condition: string, ...of: SQLInputValue[]) => {
      conditions.push(condition);
      values.push(...of);
    };
    const { documentId, urlKey, urlPrefix, brand, source, tag } = filter;
    if (documentId !== undefined) where("id = ?", documentId);
    if (urlKey !== undefined) where("no = (SELECT document_no FROM aliases WHERE url_key = ?)", urlKey);
    if (urlPrefix !== undefined) where("url >= ? AND url < ?", urlPrefix, urlPrefix + LAST_CHARACTER);
    if (brand !== undefined) where("brand = ?", brand);
    if (source !== undefined) where("source = ?", source);
    if (tag !== undefined) where("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", tag);
    const sql = `SELECT * FROM documents WHERE ${conditions.join(" AND ")} ORDER BY no DESC LIMIT ?`;
    return this.#sql.all<DocumentRow>(sql, ...values, limit).map((row) => documentOf(row)!);
  }

  going(limit: number): number[] {
    const sql = "SELECT no FROM documents WHERE going <> 0 ORDER BY no LIMIT ?";
    return this.#sql.all<{ no: number }>(sql, limit).map(({ no }) => no);
  }

  sliceEnd(afterNo: number, size: number): number | undefined {
    const sql = "SELECT max(no) AS no FROM (SELECT no FROM documents WHERE no > ? ORDER BY no LIMIT ?)";
    return this.#sql.one<{ no: number | null }>(sql, afterNo, size)?.no ?? undefined;
  }

  missing(
    generation: number,
    { afterNo, upToNo }: { afterNo: number; upToNo: number },
    limit: number,
  ): number[] {
    const sql = "SELECT no FROM documents WHERE no > ? AND no <= ? AND going = 0 AND NOT EXISTS " +
      "(SELECT 1 FROM members WHERE generation = ? AND document_no = no) ORDER BY no LIMIT ?";
    return this.#sql.all<{ no: number }>(sql, afterNo, upToNo, generation, limit).map(({ no }) => no);
  }

  lead(urlKey: string, no: number, { take }: { take: boolean }): number | undefined {
    const sql = "SELECT document_no AS no FROM aliases WHERE url_key = ?";
    const before = this.#sql.one<{ no: number }>(sql, urlKey)?.no;
    if (before === no || (before !== undefined && !take)) return undefined;
    this.#sql.run("INSERT OR REPLACE INTO aliases (url_key, document_no) VALUES (?, ?)", urlKey, no);
    return before;
  }

  unlead(urlKey: string, no: number): void {
    this.#sql.run("DELETE FROM aliases WHERE url_key = ? AND document_no = ?", urlKey, no);
  }

  hasAddress(no: number): boolean {
    return this.#sql.one("SELECT 1 FROM aliases WHERE document_no = ? LIMIT 1", no) !== undefined;
  }

  #write(no: number, text: DocumentText): void {
    const { markdown, pages } = text;
    // Level 1: a page in a tenth of a millisecond, and half as much again on disk as level 6.
    const deflated = deflateRawSync(JSON.stringify({ markdown, pages }), { level: 1 });
    this.#sql.run("INSERT OR REPLACE INTO texts (document_no, deflated) VALUES (?, ?)", no, deflated);
  }
}

function valuesOf(document: Omit<BookDocument, "no">): SQLInputValue[] {
  return [
    document.documentId,
    document.source,
    document.url ?? null,
    document.title ?? null,
    document.brand ?? null,
    document.tags === undefined ? null : JSON.stringify(document.tags),
    document.language ?? null,
    document.kind ?? null,
    document.contentType ?? null,
    document.fetchedMs,
    document.readMs,
    document.indexedMs,
    document.contentHash,
    document.fingerprint,
    Number(document.isGoing),
  ];
}

function documentOf(row: DocumentRow | undefined): BookDocument | undefined {
  return row && {
    no: row.no,
    documentId: row.id,
    source: row.source,
    url: row.url ?? undefined,
    title: row.title ?? undefined,
    brand: row.brand ?? undefined,
    tags: row.tags === null ? undefined : JSON.parse(row.tags),
    language: row.language ?? undefined,
    kind: row.kind ?? undefined,
    contentType: row.content_type ?? undefined,
    fetchedMs: row.fetched_ms,
    readMs: row.read_ms,
    indexedMs: row.indexed_ms,
    contentHash: row.content_hash,
    fingerprint: row.fingerprint,
    isGoing: row.going !== 0,
  };
}
