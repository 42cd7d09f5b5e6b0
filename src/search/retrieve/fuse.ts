import type { PassageKey } from "../passage_port.ts";

/**
 * Small, so that a list's first places count. Measured (bench/search/quality.ts; Hebrew questions / terms of a manual, nDCG@10
 * with the hash embedder at .2): 5 .958 / .806, 10 .956 / .803; at 1024 dimensions the usual 60 had .951 / .800 where 5 had
 * .959 / .800. Words alone .960 / .805.
 */
export const RANK_OFFSET = 5;

/** How much a list's places count. */
export interface ListWeights {
  keyword: number;
  vector: number;
}

export interface Fused extends PassageKey {
  score: number;
  keywordRank?: number;
  vectorRank?: number;
}

/**
 * Reciprocal rank fusion of two lists, best first: each gives `weight / (offset + rank)`. What has the same headings and
 * the same text is one passage, whatever addresses it stands under: it takes one place in each list, and the one that
 * was met first stands for all.
 */
export function fuse(
  lists: { keyword: readonly PassageKey[]; vector: readonly PassageKey[] },
  weights: ListWeights,
): Fused[] {
  const byText = new Map<string, Fused>();
  for (const list of ["keyword", "vector"] as const) {
    let rank = 0;
    const rankOf = `${list}Rank` as const;
    for (const key of lists[list]) {
      const text = textOf(key);
      let fused = byText.get(text);
      if (fused === undefined) byText.set(text, fused = { ...key, score: 0 });
      if (fused[rankOf] !== undefined) continue;
      fused[rankOf] = ++rank;
      fused.score += weights[list] / (RANK_OFFSET + rank);
    }
  }
  // Of equals the one that words found first, so that an answer is the same each time.
  return [...byText.values()].sort((a, b) =>
    b.score - a.score || (a.keywordRank ?? Infinity) - (b.keywordRank ?? Infinity) || a.seq - b.seq
  );
}

/** What of a chunk's id is made of its headings and text: `<documentId>:<16 hex>`, `-2` for a repeat. */
function textOf({ chunkId, documentId }: PassageKey): string {
  return chunkId.slice(documentId.length + 1, documentId.length + 17);
}
