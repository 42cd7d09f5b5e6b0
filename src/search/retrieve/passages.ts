import type { PassageBook } from "../passage_port.ts";
import type { Passage } from "../retrieval_port.ts";
import type { QueryWord } from "../word_port.ts";
import { WordFinder } from "./found_words.ts";
import type { Fused } from "./fuse.ts";
import { plainTextOf } from "./plain_text.ts";
import { snippetOf } from "./snippet.ts";

/** The chosen as an answer shows them; those that were removed since they were found are left out. */
export function passagesOf(
  book: PassageBook,
  generation: number,
  chosen: readonly Fused[],
  words: readonly QueryWord[],
): Passage[] {
  const rows = new Map(book.read(generation, chosen.map(({ seq }) => seq)).map((row) => [row.seq, row]));
  const finder = new WordFinder(words);
  return chosen.flatMap(({ seq, score, keywordRank, vectorRank }) => {
    const row = rows.get(seq);
    if (row === undefined) return [];
    const { seq: _seq, ordinal: _ordinal, ...about } = row;
    const plain = plainTextOf(row.text);
    const found = finder.find(plain);
    const above = [row.title ?? "", ...row.headingPath].flatMap((line) =>
      finder.find(line.replaceAll(/\s+/g, " "))
    );
    return [{
      ...about,
      score,
      ...keywordRank === undefined ? {} : { keywordRank },
      ...vectorRank === undefined ? {} : { vectorRank },
      coverage: finder.coverage([...found, ...above]),
      snippet: snippetOf(plain, found, finder.words),
    }];
  });
}
