import type { UploadRows } from "../index_book_port.ts";
import type { Upload } from "../index_port.ts";
import type { IndexStatements } from "./index_statements.ts";

/** What was handed in and is still to be read. */
export class IndexUploads implements UploadRows {
  readonly #sql: IndexStatements;

  constructor(statements: IndexStatements) {
    this.#sql = statements;
  }

  addPart(uploadId: string, part: number, bytes: Uint8Array): void {
    const sql = "INSERT OR REPLACE INTO upload_parts (upload_id, part, bytes) VALUES (?, ?, ?)";
    this.#sql.run(sql, uploadId, part, bytes);
  }

  add({ uploadId, contentType, about, createdMs }: Omit<Upload, "bytes">): void {
    const sql = "INSERT OR REPLACE INTO uploads (id, content_type, about, created_ms) VALUES (?, ?, ?, ?)";
    this.#sql.run(sql, uploadId, contentType, JSON.stringify(about), createdMs);
  }

  get(uploadId: string): Upload | undefined {
    const row = this.#sql.one<{ content_type: string; about: string; created_ms: number }>(
      "SELECT content_type, about, created_ms FROM uploads WHERE id = ?",
      uploadId,
    );
    if (row === undefined) return undefined;
    const parts = this.#sql.all<{ bytes: Uint8Array }>(
      "SELECT bytes FROM upload_parts WHERE upload_id = ? ORDER BY part",
      uploadId,
    );
    const bytes = new Uint8Array(parts.reduce((size, part) => size + part.bytes.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part.bytes, at);
      at += part.bytes.length;
    }
    const { content_type: contentType, about, created_ms: createdMs } = row;
    return { uploadId, contentType, bytes, about: JSON.parse(about), createdMs };
  }

  list(): { uploadId: string; createdMs: number }[] {
    const sql = "SELECT id AS uploadId, created_ms AS createdMs FROM uploads ORDER BY created_ms, id";
    return this.#sql.all<{ uploadId: string; createdMs: number }>(sql).map((row) => ({ ...row }));
  }

  count(): number {
    return this.#sql.one<{ n: number }>("SELECT count(*) AS n FROM uploads")!.n;
  }

  drop(uploadId: string): void {
    this.#sql.run("DELETE FROM uploads WHERE id = ?", uploadId);
    this.#sql.run("DELETE FROM upload_parts WHERE upload_id = ?", uploadId);
  }

  dropTorn(): void {
    this.#sql.run("DELETE FROM upload_parts WHERE upload_id NOT IN (SELECT id FROM uploads)");
  }
}
