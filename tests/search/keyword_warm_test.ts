import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { WordTables } from "../../src/search/adapters/word_tables.ts";
import { WordTablesReader } from "../../src/search/adapters/word_reader.ts";
import { wordsOf } from "../../src/search/analysis/mod.ts";
import { KeywordIndex, Warmer } from "../../src/search/keyword/mod.ts";
import type { WordReader } from "../../src/search/word_port.ts";

/** A reader that counts what it is asked for. */
function counting(reader: WordReader): { reader: WordReader; read: string[] } {
  const read: string[] = [];
  const counted = Object.create(reader) as WordReader;
  for (const name of ["postings", "frequencies"] as const) {
    Object.defineProperty(counted, name, {
      value: (...args: unknown[]) => {
        if (name === "postings") read.push(String(args[1]));
        return (reader[name] as (...args: unknown[]) => unknown).apply(reader, args);
      },
    });
  }
  for (
    const name of [
      "state",
      "countRows",
      "rowsWith",
      "rowsLabelled",
      "rowsWithAll",
      "countWith",
      "rows",
    ] as const
  ) {
    Object.defineProperty(counted, name, { value: reader[name].bind(reader) });
  }
  for (const name of ["known", "familyTerms", "skeletonTerms", "prefixTerms"] as const) {
    Object.defineProperty(counted, name, { value: reader[name].bind(reader) });
  }
  return { reader: counted, read };
}

Deno.test("Warmer reads common words before they are asked for, from a file it may not write, and rare ones not", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/words.db`;
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  const tables = new WordTables(db);
  tables.create(1);
  const add = (seq: number, text: string) =>
    tables.add(1, seq, wordsOf({ headingPath: [], text }), ["brand:x"]);
  for (let seq = 1; seq <= 300; seq++) add(seq, `piano keys ${seq === 7 ? "zither" : ""}`);
  const readOnly = new DatabaseSync(path, { readOnly: true });
  const { reader, read } = counting(new WordTablesReader(readOnly));
  const keywords = new KeywordIndex(reader);
  let busy = true;
  const errors: unknown[] = [];
  using _warmer = new Warmer({
    keywords,
    generation: () => 1,
    isBusy: () => busy,
    onError: (error) => errors.push(error),
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(read, []); // a search goes first
  busy = false;
  for (let i = 0; i < 500 && read.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(errors, []);
  assert(read.includes("piano") && !read.includes("zither"), read.join());
  add(301, "piano zither");
  const { hits } = keywords.search(1, "piano zither", { limit: 5 });
  assertEquals(hits.slice(0, 2).map(({ seq }) => seq).sort(), [301, 7]); // what came since is found
  readOnly.close();
  db.close();
  await Deno.remove(folder, { recursive: true });
});
