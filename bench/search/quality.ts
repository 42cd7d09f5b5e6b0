/**
 * Retrieval quality on a corpus of real texts and questions, by the corpus' own rule (nDCG@10 as trec_eval counts it),
 * straight through the index's and the search's threads and a real Chroma:
 *
 *   deno run -P=bench --lock=tests/deno.lock bench/search/quality.ts CORPUS_DIR [search-he] [search-en]
 *
 * The folder holds `search-he` and `search-en`, each with `queries.jsonl` and `qrels.jsonl`; `search-he` its texts too
 * (`corpus.jsonl`), `search-en` is about the pages of the PostgreSQL 15 manual (Debian's postgresql-doc-15).
 */
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import { ThreadedRetriever } from "../../src/search/threaded_retriever.ts";
import type { IndexDocument } from "../../src/search/index_port.ts";
import type { Passage, SearchMode } from "../../src/search/retrieval_port.ts";
import { startChroma } from "./quality_chroma.ts";
import { type QualitySet, readSet, SETS } from "./quality_sets.ts";

const MODES: readonly SearchMode[] = ["keyword", "vector", "hybrid"];
/** The first ten results count. */
const PLACES = 10;

export interface QualityScore {
  set: string;
  mode: SearchMode;
  /** Results as passages, best first, or as pages. */
  as: "passages" | "pages";
  ndcg: number;
  /** Of the queries whose id has an even hash, and an odd one: what was tuned on one is to hold on the other. */
  halves: [number, number];
  hitAt5: number;
  queries: number;
}

/** Indexes each set into a folder of its own and asks all of its queries in every mode. */
export async function searchQuality(
  corpus: string,
  names: readonly string[] = SETS,
): Promise<QualityScore[]> {
  const scores: QualityScore[] = [];
  for (const name of names) {
    const set = await readSet(corpus, name);
    await withIndex(set.documents, async (retriever) => {
      for (const mode of MODES) {
        for (const as of ["passages", "pages"] as const) {
          const answers = await ask(retriever, set, mode, as);
          scores.push({ set: name, mode, as, ...score(set, answers) });
          console.log(lineOf(scores.at(-1)!));
        }
      }
    });
  }
  return scores;
}

/** An index of these documents with all of their vectors, and what searches it; gone at the end. */
export async function withIndex(
  documents: readonly IndexDocument[],
  use: (retriever: ThreadedRetriever) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-quality-" });
  try {
    await using chroma = await startChroma(`${folder}/chroma`);
    const path = `${folder}/search.db`;
    const embedder = { kind: "hash" } as const;
    await using index = await ThreadedIndex.open({ path, maxTokens: 700, embedder });
    await using retriever = await ThreadedRetriever.open({ path, embedder, vectorTimeoutMs: 10_000 });
    index.vectorDatabaseIs(chroma.state, chroma.server);
    retriever.vectorDatabaseIs(chroma.state, chroma.server);
    await Promise.all(documents.map((document) => index.put(document)));
    for (const { documentId } of documents) {
      if (!await index.settled(documentId, { timeoutMs: 600_000 })) throw new Error("vectors did not come");
    }
    await use(retriever);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(
  retriever: ThreadedRetriever,
  { queries, idOf }: QualitySet,
  mode: SearchMode,
  as: "passages" | "pages",
): Promise<Map<string, string[]>> {
  const answers = new Map<string, string[]>();
  for (const { id, text } of queries) {
    const answer = as === "passages"
      ? await retriever.search({ query: text, k: 30, mode })
      : await retriever.search({ query: text, k: PLACES, mode, groupBy: "page" });
    if (answer.degraded) throw new Error(`degraded: ${answer.degradedReason}`);
    const results: Pick<Passage, "documentId">[] = answer.pages ?? answer.passages;
    answers.set(id, [...new Set(results.map(({ documentId }) => idOf(documentId)))]);
  }
  return answers;
}

function score(
  { queries, relevant }: QualitySet,
  answers: ReadonlyMap<string, string[]>,
): Pick<QualityScore, "ndcg" | "halves" | "hitAt5" | "queries"> {
  const gains: number[] = [];
  const halves: [number[], number[]] = [[], []];
  let hits = 0;
  for (const { id } of queries) {
    const wanted = relevant.get(id)!;
    const found = answers.get(id)!;
    const gain = dcg(found.map((each) => wanted.get(each) ?? 0)) /
      dcg([...wanted.values()].sort((a, b) => b - a));
    gains.push(gain);
    halves[hashOf(id) & 1]!.push(gain);
    if (found.slice(0, 5).some((each) => (wanted.get(each) ?? 0) > 0)) hits++;
  }
  return {
    ndcg: mean(gains),
    halves: [mean(halves[0]), mean(halves[1])],
    hitAt5: hits / queries.length,
    queries: queries.length,
  };
}

function dcg(gains: readonly number[]): number {
  return gains.slice(0, PLACES).reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function lineOf({ set, mode, as, ndcg, halves, hitAt5, queries }: QualityScore): string {
  const [even, odd] = halves.map((half) => half.toFixed(3));
  return `${set} ${mode} as ${as}: nDCG@10 ${ndcg.toFixed(3)} (halves ${even} ${odd}), ` +
    `hit@5 ${hitAt5.toFixed(3)}, ${queries} queries`;
}

if (import.meta.main) {
  const [folder, ...names] = Deno.args;
  const corpus = folder ?? Deno.env.get("TUTTI_CORPUS");
  if (corpus === undefined) {
    console.error("usage: quality.ts CORPUS_DIR [search-he] [search-en]      (or TUTTI_CORPUS=CORPUS_DIR)");
    Deno.exit(2);
  }
  await searchQuality(corpus, names.length > 0 ? names : SETS);
}
