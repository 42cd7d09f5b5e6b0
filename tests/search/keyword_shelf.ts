import { DatabaseSync } from "node:sqlite";
import { WordTablesReader } from "../../src/search/adapters/word_reader.ts";
import { WordTables } from "../../src/search/adapters/word_tables.ts";
import { wordsOf } from "../../src/search/analysis/mod.ts";
import { KeywordIndex } from "../../src/search/keyword/mod.ts";

/** A file of words that is written by one connection and searched by another, as the threads do. */
export class KeywordShelf implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly writing = new DatabaseSync(`${this.folder}/search.db`);
  readonly tables = new WordTables(this.writing);
  readonly reading: DatabaseSync;
  readonly index: KeywordIndex;

  constructor() {
    this.writing.exec("PRAGMA journal_mode = WAL");
    this.tables.create(1);
    this.reading = new DatabaseSync(`${this.folder}/search.db`, { readOnly: true });
    this.index = new KeywordIndex(new WordTablesReader(this.reading));
  }

  put(seq: number, text: string, { title, labels = [] }: { title?: string; labels?: string[] } = {}): void {
    this.tables.add(1, seq, wordsOf({ title, headingPath: [], text }), labels);
  }

  /** Seqs found, best first. */
  find(query: string, labels?: string[], limit = 10): number[] {
    return this.index.search(1, query, { limit, labels }).hits.map(({ seq }) => seq);
  }

  [Symbol.dispose](): void {
    this.reading.close();
    this.writing.close();
    Deno.removeSync(this.folder, { recursive: true });
  }
}
