import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { VectorStore } from "../../search/vector_port.ts";
import { damage, openCopy, versionOf } from "../file_copy.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";
import type { Ground } from "../ground.ts";

const SHOWN = 3;
const PAGE = 1000;
const TIMEOUT_MS = 30_000;
const REBUILD = "POST /api/index/rebuild with force makes it anew while the old one serves";
const REPAIR = "the service owes them to Chroma again when it starts; ask again then";

type Row = Record<string, number | string | null>;

/** The books of the index from its file, and from Chroma where it can be had. */
export async function indexBooksOfFiles(check: string, ground: Ground): Promise<Finding[]> {
  using copy = await openCopy(join(ground.config.DATA_DIR, "search.db"));
  if (copy === undefined) return [ok(check, "there is no index yet")];
  const { db } = copy;
  const damaged = damage(db);
  if (damaged.length > 0) {
    return [fail(check, `search.db is damaged: ${damaged[0]}`, "restore a backup of it")];
  }
  const version = versionOf(db);
  const known = ground.versions.index;
  if (version > known) {
    return [
      fail(check, `search.db is of a newer release (version ${version})`, "run that release, or a newer one"),
    ];
  }
  if (version < known) {
    return [
      warn(check, `search.db is of an earlier release (version ${version})`, "the next start changes it"),
    ];
  }
  const problems = [...wordProblems(db), ...counterProblems(db)];
  const findings: Finding[] = problems.map((problem) => fail(check, problem, REBUILD));
  const collections = db.prepare("SELECT name, generation, lang FROM collections")
    .all() as unknown as Collection[];
  const { chunks, owed } = db.prepare(
    "SELECT count(*) AS chunks, count(c.owed) AS owed FROM chunks c JOIN generations g ON g.no = c.generation " +
      "WHERE g.state = 'serving'",
  ).get() as { chunks: number; owed: number };
  const { state, store } = await ground.chroma();
  if (store === undefined) {
    const why = state.reason ?? state.status;
    findings.push(
      warn(check, `${chunks} chunks, owed ${owed}; vectors not compared: ${why}`, "see chroma above"),
    );
    return findings;
  }
  for (const problem of await vectorProblems(db, store, collections)) {
    findings.push(fail(check, problem, REPAIR));
  }
  if (findings.length === 0) findings.push(ok(check, `chunks ${chunks} = words = vectors + owed ${owed}`));
  return findings;
}

interface Collection {
  name: string;
  generation: number;
  lang: string;
}

/** Chunks without words and words without chunks, of each generation that lives. */
function wordProblems(db: DatabaseSync): string[] {
  const problems: string[] = [];
  const generations = db.prepare("SELECT no FROM generations WHERE state <> 'retired'").all() as {
    no: number;
  }[];
  for (const { no } of generations) {
    const words = `words_${Number(no)}`;
    const chunks = `SELECT seq FROM chunks WHERE generation = ${Number(no)}`;
    const difference = (sql: string) =>
      Number((db.prepare(`SELECT count(*) AS n FROM (${sql})`).get() as { n: number }).n);
    const wordless = difference(`${chunks} EXCEPT SELECT rowid FROM ${words}`);
    const orphans = difference(`SELECT rowid FROM ${words} EXCEPT ${chunks}`);
    if (wordless > 0) problems.push(`generation ${no}: ${wordless} chunks have no words`);
    if (orphans > 0) problems.push(`generation ${no}: words of ${orphans} chunks that are gone`);
  }
  return problems;
}

/** The file's own counters against its rows, and chunks of documents that are gone. */
function counterProblems(db: DatabaseSync): string[] {
  const checks: [string, string][] = [
    [
      "counters of a collection and its chunks",
      "SELECT k.name AS what FROM collections k LEFT JOIN (SELECT generation, lang, count(*) AS n, count(owed) AS o " +
      "FROM chunks GROUP BY generation, lang) c ON c.generation = k.generation AND c.lang = k.lang " +
      "WHERE k.chunks <> coalesce(c.n, 0) OR k.owed <> coalesce(c.o, 0)",
    ],
    [
      "counters of a document and its chunks",
      "SELECT d.id AS what FROM members m JOIN documents d ON d.no = m.document_no LEFT JOIN (SELECT generation, " +
      "document_no, count(*) AS n, count(owed) AS o FROM chunks GROUP BY generation, document_no) c " +
      "ON c.generation = m.generation AND c.document_no = m.document_no " +
      "WHERE m.unfinished = 0 AND d.going = 0 AND (m.chunks <> coalesce(c.n, 0) OR m.owed <> coalesce(c.o, 0))",
    ],
    [
      "chunks of a document that is gone",
      "SELECT c.id AS what FROM chunks c LEFT JOIN documents d ON d.no = c.document_no WHERE d.no IS NULL",
    ],
  ];
  return checks.flatMap(([title, sql]) => {
    const rows = db.prepare(sql).all() as Row[];
    return rows.length === 0 ? [] : [`${title} do not agree: ${named(rows.map(({ what }) => String(what)))}`];
  });
}

/** Ids that should be in Chroma and are not, and those that are and should not; owed ones are neither. */
async function vectorProblems(
  db: DatabaseSync,
  store: VectorStore,
  collections: readonly Collection[],
): Promise<string[]> {
  const problems: string[] = [];
  const paid = db.prepare("SELECT id, owed FROM chunks WHERE generation = ? AND lang = ?");
  const going = db.prepare("SELECT chunk_id FROM removals WHERE collection = ?");
  for (const { name, generation, lang } of collections) {
    const rows = paid.all(generation, lang) as { id: string; owed: number | null }[];
    const missing = new Set(rows.filter(({ owed }) => owed === null).map(({ id }) => id));
    const allowed = new Set(rows.map(({ id }) => id));
    for (const { chunk_id: id } of going.all(name) as { chunk_id: string }[]) allowed.add(id);
    const orphans: string[] = [];
    for (let offset = 0;; offset += PAGE) {
      const ids = await store.ids(name, { offset, limit: PAGE, timeoutMs: TIMEOUT_MS });
      for (const id of ids) {
        missing.delete(id);
        if (!allowed.has(id)) orphans.push(id);
      }
      if (ids.length < PAGE) break;
    }
    if (missing.size > 0) {
      problems.push(`${name}: ${missing.size} vectors are missing: ${named([...missing])}`);
    }
    if (orphans.length > 0) problems.push(`${name}: ${orphans.length} vectors of nothing: ${named(orphans)}`);
  }
  return problems;
}

function named(ids: readonly string[]): string {
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : "";
  return ids.slice(0, SHOWN).join(", ") + more;
}
