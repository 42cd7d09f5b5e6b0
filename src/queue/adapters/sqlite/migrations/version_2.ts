/**
 * The file of release 0.2.0.
 *
 * An index is paid for on every write that touches its columns, so each is partial where it can be. A claim writes no
 * row of a task: `in_hand` has the seqs and tokens of what runs, in chunks. What decides when a task may run is its
 * lane's (`lanes`), written once for all tasks that share it; `rank` is queue time: of a ready task, when it became so,
 * of a delayed one, when it is due. What few tasks have lies together in `options`.
 *
 * From version 1: `held` rows were waiting for their batch, which is memory's business now, so they are ready; running
 * ones become ready and stand in `in_hand`, so that opening the file puts them back as it always did. Times were the
 * wall clock's: what was delayed from its acceptance on (`ready_ms = run_at`) goes on to follow it, as a `run_at` must;
 * that a `delay_s` does so as well is what version 1 did. Waits for a retry or a host's turn are queue time from now on.
 */
export const VERSION_2 = `
CREATE TABLE lanes (no INTEGER PRIMARY KEY, rule TEXT NOT NULL UNIQUE, batch_no INTEGER) STRICT;
CREATE INDEX lanes_batch ON lanes (batch_no) WHERE batch_no IS NOT NULL;
CREATE TABLE in_hand (chunk INTEGER PRIMARY KEY, leases TEXT NOT NULL) STRICT;
CREATE TABLE dependencies (
  parent INTEGER NOT NULL, child INTEGER NOT NULL, PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_child ON dependencies (child, parent);
CREATE TABLE dedup (
  key TEXT PRIMARY KEY, seq INTEGER NOT NULL, accepted_q INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dedup_seq ON dedup (seq);
CREATE TABLE limits (
  key TEXT PRIMARY KEY, concurrency INTEGER, rate_count INTEGER, rate_per_ms INTEGER,
  paused INTEGER NOT NULL DEFAULT 0, starts TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE schedules (
  id TEXT PRIMARY KEY, spec TEXT NOT NULL, next_ms INTEGER
) STRICT, WITHOUT ROWID;

ALTER TABLE meta ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN wall_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET queue_ms = last_ready_ms, wall_ms = last_ready_ms;

UPDATE task_types SET ready = ready + held + running, held = 0, running = 0;
ALTER TABLE task_types RENAME COLUMN held TO blocked;
UPDATE batches SET ready = ready + held + running, held = 0, running = 0;
ALTER TABLE batches RENAME COLUMN held TO blocked;
ALTER TABLE batches ADD COLUMN on_complete INTEGER;

INSERT INTO in_hand (chunk, leases)
  SELECT 0, json_group_array(json_array(seq, token)) FROM tasks WHERE state = 3 HAVING count(*) > 0;

DROP INDEX tasks_ready;
DROP INDEX tasks_held;
DROP INDEX tasks_delayed;
DROP INDEX tasks_suspect;
DROP INDEX tasks_running;
DROP INDEX tasks_completed;
DROP INDEX tasks_failed;
DROP INDEX tasks_cancelled;
DROP INDEX tasks_type;
DROP INDEX tasks_brand;
DROP INDEX tasks_batch;
ALTER TABLE tasks RENAME TO tasks_1;

CREATE TABLE tasks (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type_no INTEGER NOT NULL,
  state INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  lane INTEGER,
  rank INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  run_at INTEGER,
  follows_wall INTEGER,
  expires_q INTEGER,
  max_attempts INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  stalls INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  started_ms INTEGER,
  finished_ms INTEGER,
  wait_ms INTEGER,
  run_ms INTEGER,
  batch_no INTEGER,
  pending INTEGER,
  brand TEXT,
  request_id TEXT,
  options TEXT,
  progress TEXT,
  error TEXT,
  input TEXT NOT NULL,
  result TEXT
) STRICT;

INSERT INTO lanes (rule, batch_no)
  SELECT DISTINCT json_array(type_no, priority, coalesce(brand, ''), batch_no,
    CASE WHEN brand IS NULL THEN json_array() ELSE json_array('brand:' || brand) END), batch_no
  FROM tasks_1;

INSERT INTO tasks (seq, id, type_no, state, priority, lane, rank, created_ms, run_at, follows_wall, max_attempts,
    timeout_ms, attempts, crashes, stalls, cancel_requested, started_ms, finished_ms, wait_ms, run_ms, batch_no, brand,
    request_id, options, progress, error, input, result)
  SELECT seq, id, type_no, CASE WHEN state IN (0, 3) THEN 1 ELSE state END, priority,
    (SELECT no FROM lanes WHERE rule = json_array(type_no, priority, coalesce(brand, ''), batch_no,
      CASE WHEN brand IS NULL THEN json_array() ELSE json_array('brand:' || brand) END)),
    CASE WHEN state = 2 THEN run_at ELSE ready_ms END, created_ms, run_at,
    CASE WHEN state = 2 AND ready_ms = run_at THEN 1 END, max_attempts,
    timeout_ms, CASE WHEN state = 3 THEN attempts - 1 ELSE attempts END, crashes, stalls, cancel_requested,
    started_ms, finished_ms, wait_ms, run_ms, batch_no, brand, request_id,
    CASE WHEN tags IS NULL AND backoff IS NULL AND brand IS NULL THEN NULL ELSE json_patch('{}', json_object(
      'tags', json(tags), 'backoff', json(backoff),
      'limitKeys', CASE WHEN brand IS NULL THEN NULL ELSE json_array('brand:' || brand) END)) END,
    progress, error, input, result
  FROM tasks_1;
DROP TABLE tasks_1;

CREATE INDEX tasks_ready ON tasks (lane, rank, seq) WHERE state = 1;
CREATE INDEX tasks_delayed ON tasks (rank, seq) WHERE state = 2;
CREATE INDEX tasks_blocked ON tasks (seq) WHERE state = 0;
CREATE INDEX tasks_expires ON tasks (expires_q) WHERE expires_q IS NOT NULL AND state < 3;
CREATE INDEX tasks_ended ON tasks (state, seq) WHERE state >= 4;
CREATE INDEX tasks_suspect ON tasks (seq) WHERE stalls >= 5 AND state < 4;
CREATE INDEX tasks_type ON tasks (type_no, seq);
CREATE INDEX tasks_brand ON tasks (brand, seq) WHERE brand IS NOT NULL;
CREATE INDEX tasks_batch ON tasks (batch_no, seq) WHERE batch_no IS NOT NULL;

ALTER TABLE task_results RENAME TO task_results_1;
CREATE TABLE task_results (seq INTEGER PRIMARY KEY, json TEXT, deflated BLOB) STRICT;
INSERT INTO task_results (seq, json) SELECT seq, json FROM task_results_1;
DROP TABLE task_results_1;
`;
