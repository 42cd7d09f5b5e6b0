import type { DatabaseSync } from "node:sqlite";
import { ServiceError } from "../../platform/errors.ts";

/*
 * The file `DATA_DIR/search.db`. One thread writes it (`SqliteIndexBook`), the search thread reads it. Tables of words
 * (`WordTables`) lie beside these: which of their rows is which chunk they say themselves.
 *
 * generations  one embedder, one recipe. Exactly one is `serving`; at most one is `building`. `documents`: counter of
 *              its members. Numbers are never used again (AUTOINCREMENT): Chroma's collections bear them.
 * documents    what is found, whatever generation. `tags`: JSON array or NULL. `fetched_ms`: last vouched for; `read_ms`:
 *              when the text that is here was read. `going` = 1: being removed, in steps; not to be shown.
 * texts        {markdown, pages} of a document, JSON, deflated (raw): read by rebuilds and by GET only, so it lies apart.
 * aliases      each address that leads to a document, its own too, as `urlKey` writes it.
 * members      which documents a generation has, and counters of their chunks there. `unfinished` <> 0: its chunks are
 *              being brought up to date, in steps (1 chunks, 2 words of kept chunks too, 3 their vectors too).
 * chunks       `heading_path`: JSON array of strings. `owed` NULL: its vector is in Chroma. Else the number of the debt,
 *              ascending; one that is made owed again gets a new number, so that a late payment of the old one is told
 *              from it. `seq` is unique over all generations. `id` begins with the document's id and `:`.
 * collections  Chroma's collections of a generation, with counters of chunks; records in it are `chunks` - `owed`. `begun`:
 *              something of it was handed out to be written; until then nothing needs to be removed from it.
 * removals     records that must not be in Chroma any more. dropped: collections that must not.
 * uploads      what was handed in and waits for its task; its bytes lie in `upload_parts`, and count once it is here.
 */
const VERSION_1 = `
CREATE TABLE generations (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  embedder_id TEXT NOT NULL,
  recipe TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('building', 'serving', 'retired')),
  created_ms INTEGER NOT NULL,
  documents INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE documents (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  url TEXT,
  title TEXT,
  brand TEXT,
  tags TEXT,
  language TEXT,
  kind TEXT,
  content_type TEXT,
  fetched_ms INTEGER NOT NULL,
  read_ms INTEGER NOT NULL,
  indexed_ms INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  going INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX documents_url ON documents (url) WHERE url IS NOT NULL;
CREATE INDEX documents_brand ON documents (brand, no) WHERE brand IS NOT NULL;
CREATE INDEX documents_going ON documents (no) WHERE going <> 0;

CREATE TABLE texts (document_no INTEGER PRIMARY KEY, deflated BLOB NOT NULL) STRICT;

CREATE TABLE aliases (url_key TEXT PRIMARY KEY, document_no INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_document ON aliases (document_no);

CREATE TABLE members (
  generation INTEGER NOT NULL,
  document_no INTEGER NOT NULL,
  chunks INTEGER NOT NULL DEFAULT 0,
  owed INTEGER NOT NULL DEFAULT 0,
  unfinished INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (generation, document_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_unfinished ON members (generation, document_no) WHERE unfinished <> 0;

CREATE TABLE chunks (
  seq INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  document_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  text TEXT NOT NULL,
  heading_path TEXT NOT NULL,
  page INTEGER,
  lang TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  owed INTEGER
) STRICT;
CREATE UNIQUE INDEX chunks_id ON chunks (generation, id);
CREATE INDEX chunks_owed ON chunks (generation, owed) WHERE owed IS NOT NULL;

CREATE TABLE collections (
  generation INTEGER NOT NULL,
  lang TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  begun INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0,
  owed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (generation, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE removals (
  chunk_id TEXT NOT NULL, collection TEXT NOT NULL, PRIMARY KEY (chunk_id, collection)
) STRICT, WITHOUT ROWID;
CREATE INDEX removals_collection ON removals (collection);
CREATE TABLE dropped (collection TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
  id TEXT PRIMARY KEY, content_type TEXT NOT NULL, about TEXT NOT NULL, created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE upload_parts (
  upload_id TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (upload_id, part)
) STRICT;
`;

/** Numbered migrations: entry n takes a file from version n to n + 1. Entries are never edited once released. */
const MIGRATIONS: readonly string[] = [VERSION_1];

/** The version of file this code writes. */
export const INDEX_SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a file up to `INDEX_SCHEMA_VERSION`, one transaction for all steps.
 * @throws {ServiceError} unavailable: a newer release wrote it; it is left untouched
 */
export function migrateIndex(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  if (version > INDEX_SCHEMA_VERSION) {
    throw new ServiceError(
      "unavailable",
      `Cannot open the index file as its version must be at most ${INDEX_SCHEMA_VERSION}: ${path} has version ` +
        `${version}, written by a newer release; start that release or choose another DATA_DIR`,
    );
  }
  if (version === INDEX_SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${INDEX_SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
