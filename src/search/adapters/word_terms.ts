import type { DatabaseSync, StatementSync } from "node:sqlite";
import { familyOf } from "../../platform/words/family.ts";
import { skeletonOf, soundOf } from "../../platform/words/sound.ts";
import { wordTableNames } from "./word_names.ts";

/** Terms known to be written; forgotten beyond that, which costs writes that change nothing. */
const MAX_KNOWN = 400_000;

/** The vocabulary of a generation: each term once, with its family and, of names, the skeleton of its sound. */
export class WordTerms {
  readonly #insert: StatementSync;
  readonly #lastId: StatementSync;
  readonly #known = new Set<string>();
  /** Id of the last term when `#known` was right: another one now means that a transaction was rolled back. */
  #knownId = 0;

  constructor(db: DatabaseSync, generation: number) {
    const { terms } = wordTableNames(generation);
    this.#insert = db.prepare(`INSERT OR IGNORE INTO ${terms} (term, family, skeleton) VALUES (?, ?, ?)`);
    this.#lastId = db.prepare(`SELECT max(id) AS id FROM ${terms}`);
  }

  add(fields: readonly string[]): void {
    if (this.#readLastId() !== this.#knownId || this.#known.size > MAX_KNOWN) this.#known.clear();
    for (const field of fields) {
      for (const term of field.split(" ")) {
        if (term === "" || this.#known.has(term)) continue;
        this.#known.add(term);
        const skeleton = skeletonOf(soundOf(term) ?? "");
        this.#insert.run(term, familyOf(term), skeleton.length >= 2 ? skeleton : null);
      }
    }
    this.#knownId = this.#readLastId();
  }

  #readLastId(): number {
    return Number(this.#lastId.get()!.id ?? 0);
  }
}
