/** The file of release 0.1.0. */
export const VERSION_1 = `
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    accepted INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    next_token INTEGER NOT NULL,
    last_ready_ms INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    aging_ms INTEGER NOT NULL,
    boot INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES (1, 0, 1, 1, 0, 0, -1, 0);

  CREATE TABLE task_types (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, held INTEGER NOT NULL DEFAULT 0, ready INTEGER NOT NULL DEFAULT 0, delayed INTEGER NOT NULL DEFAULT 0, running INTEGER NOT NULL DEFAULT 0, completed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0) STRICT;

  CREATE TABLE batches (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    max_concurrent INTEGER NOT NULL,
    brand TEXT,
    finished_ms INTEGER,
    held INTEGER NOT NULL DEFAULT 0, ready INTEGER NOT NULL DEFAULT 0, delayed INTEGER NOT NULL DEFAULT 0, running INTEGER NOT NULL DEFAULT 0, completed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type_no INTEGER NOT NULL,
    state INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    sort_key INTEGER NOT NULL,
    ready_ms INTEGER NOT NULL,
    run_at INTEGER,
    created_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    crashes INTEGER NOT NULL DEFAULT 0,
    stalls INTEGER NOT NULL DEFAULT 0,
    timeout_ms INTEGER NOT NULL,
    token INTEGER,
    boot INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    started_ms INTEGER,
    finished_ms INTEGER,
    wait_ms INTEGER,
    run_ms INTEGER,
    batch_no INTEGER,
    backoff TEXT,
    brand TEXT,
    tags TEXT,
    request_id TEXT,
    progress TEXT,
    error TEXT,
    input TEXT NOT NULL,
    result TEXT
  ) STRICT;
  CREATE INDEX tasks_ready ON tasks (type_no, sort_key, seq) WHERE state = 1;
  CREATE INDEX tasks_held ON tasks (batch_no, sort_key, seq) WHERE state = 0;
  CREATE INDEX tasks_delayed ON tasks (run_at, seq) WHERE state = 2;
  CREATE INDEX tasks_suspect ON tasks (state, seq) WHERE stalls >= 5;
  CREATE INDEX tasks_running ON tasks (seq) WHERE state = 3;
  CREATE INDEX tasks_completed ON tasks (seq) WHERE state = 4;
  CREATE INDEX tasks_failed ON tasks (seq) WHERE state = 5;
  CREATE INDEX tasks_cancelled ON tasks (seq) WHERE state = 6;
  CREATE INDEX tasks_type ON tasks (type_no, seq);
  CREATE INDEX tasks_brand ON tasks (brand, seq) WHERE brand IS NOT NULL;
  CREATE INDEX tasks_batch ON tasks (batch_no, seq) WHERE batch_no IS NOT NULL;

  CREATE TABLE task_results (seq INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE task_tags (tag TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (tag, seq)) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_expires ON idempotency (expires_ms);
`;
