import type { DatabaseSync } from "node:sqlite";

/** Version of the file, in `user_version`. One of a later release is refused. */
export const SCHEMA_VERSION = 1;

const VERSION_1 = `
CREATE TABLE crawls (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  request TEXT NOT NULL,
  progress TEXT NOT NULL
) STRICT;
CREATE INDEX crawls_open ON crawls (no) WHERE status = 'running';
CREATE INDEX crawls_ended ON crawls (finished_ms) WHERE status <> 'running';

CREATE TABLE pages (
  crawl INTEGER NOT NULL,
  number INTEGER NOT NULL,
  url TEXT NOT NULL,
  key TEXT NOT NULL,
  depth INTEGER NOT NULL,
  state TEXT NOT NULL,
  found_on INTEGER,
  change TEXT,
  duplicate_of INTEGER,
  status_code INTEGER,
  title TEXT,
  error TEXT,
  fingerprint TEXT,
  finished_ms INTEGER,
  finish_no INTEGER,
  PRIMARY KEY (crawl, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX pages_waiting ON pages (crawl, depth, number) WHERE state = 'waiting';
CREATE INDEX pages_active ON pages (crawl) WHERE state = 'active';
CREATE INDEX pages_finish ON pages (crawl, finish_no) WHERE finish_no IS NOT NULL;
CREATE INDEX pages_fingerprint ON pages (crawl, fingerprint) WHERE fingerprint IS NOT NULL;

-- Every address a crawl has met, those of redirects too, and the page it is.
CREATE TABLE keys (
  crawl INTEGER NOT NULL,
  key TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (crawl, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (site TEXT PRIMARY KEY, rules TEXT NOT NULL, complete INTEGER NOT NULL) STRICT;
CREATE TABLE known_pages (
  site TEXT NOT NULL,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  depth INTEGER NOT NULL,
  final_url TEXT,
  etag TEXT,
  last_modified TEXT,
  body_sha256 TEXT,
  content_hash TEXT,
  checked_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  interval_s INTEGER NOT NULL,
  PRIMARY KEY (site, key)
) STRICT, WITHOUT ROWID;
`;

/** Makes the tables of a new file. @throws {Error} a later release wrote it */
export function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare("PRAGMA user_version").get()!.user_version);
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `Cannot open ${path} as its version must be at most ${SCHEMA_VERSION}: it is ${version}, of a newer release`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  db.exec(`BEGIN IMMEDIATE; ${VERSION_1} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}
