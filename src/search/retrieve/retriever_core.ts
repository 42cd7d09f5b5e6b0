import { ServiceError } from "../../platform/errors.ts";
import type { PassageBook, PassageFilter, PassageKey, ServingGeneration } from "../passage_port.ts";
import type { SearchAnswer, SearchQuery } from "../retrieval_port.ts";
import type { KeywordResult, KeywordSearch } from "../word_port.ts";
import { filterOf, labelsOf, narrowsVectors, needsMore, vectorFilterOf } from "./filters.ts";
import { fuse, type ListWeights } from "./fuse.ts";
import { groupByPage } from "./pages.ts";
import { passagesOf } from "./passages.ts";
import type { VectorAsk, VectorCandidates } from "./vector_candidates.ts";

/** Candidates of each list: past them a passage is not found by it. */
const CANDIDATES = 60;
/** For each page, or passage, that is asked for. */
const CANDIDATES_PER_RESULT = 4;
/** As many times more where some will not pass a filter. */
const OVER_FETCH = 4;
const MAX_CANDIDATES = 1_000;
/** With as many survivors as that for each result asked for, Chroma is not asked again. */
const ENOUGH = 1;
const PER_PAGE = 3;
/** Of the embedded default, measured as `RANK_OFFSET` was: at .1 .960 / .805, at .3 .955 / .804, at .5 .951 / .799. */
const HASH_WEIGHTS: ListWeights = { keyword: 1, vector: 0.2 };
/** A served model's vectors know meanings. */
const MODEL_WEIGHTS: ListWeights = { keyword: 1, vector: 1 };

export interface RetrieverOptions {
  passages: PassageBook;
  keywords: KeywordSearch;
  vectors: VectorCandidates;
  /** @default by the kind of the embedder */
  weights?: ListWeights;
}

/** One search after the other, or many at once: while one waits for vectors another looks for its words. */
export class RetrieverCore {
  readonly #options: RetrieverOptions;

  constructor(options: RetrieverOptions) {
    this.#options = options;
  }

  /** @throws {ServiceError} unavailable: mode `vector` and vectors cannot be asked */
  async search(query: SearchQuery, options: { signal?: AbortSignal } = {}): Promise<SearchAnswer> {
    const { signal } = options;
    signal?.throwIfAborted();
    const startedMs = performance.now();
    const serving = this.#options.passages.serving();
    if (serving === undefined) {
      return { passages: [], degraded: false, corrections: [], tookMs: performance.now() - startedMs };
    }
    const found = await this.#candidates(query, serving, signal);
    signal?.throwIfAborted();
    const { words } = found;
    const fused = fuse(found, this.#weights(serving));
    const common = {
      degraded: found.reason !== undefined,
      ...found.reason === undefined ? {} : { degradedReason: found.reason },
      corrections: words.corrections,
    };
    const { passages } = this.#options;
    if (query.groupBy !== "page") {
      const rows = passagesOf(passages, serving.no, fused.slice(0, query.k), words.words);
      return { passages: rows, ...common, tookMs: performance.now() - startedMs };
    }
    const groups = groupByPage(fused, { k: query.k, perPage: query.perPage ?? PER_PAGE });
    const rows = passagesOf(passages, serving.no, groups.flatMap((group) => group.passages), words.words);
    const byPage = Map.groupBy(rows, (row) => row.documentId);
    const pages = groups.flatMap(({ documentId, score }) => {
      const own = byPage.get(documentId);
      if (own === undefined) return []; // removed since it was found
      const { url, title, brand } = own[0]!;
      return [{ documentId, url, title, brand, score, passages: own.map((row) => row.chunkId) }];
    });
    return { passages: rows, pages, ...common, tookMs: performance.now() - startedMs };
  }

  async #candidates(
    query: SearchQuery,
    serving: ServingGeneration,
    signal: AbortSignal | undefined,
  ): Promise<{ keyword: PassageKey[]; vector: PassageKey[]; words: KeywordResult; reason?: string }> {
    const { keywords, passages, vectors } = this.#options;
    const filter = filterOf(query);
    const limit = Math.min(MAX_CANDIDATES, Math.max(CANDIDATES, query.k * CANDIDATES_PER_RESULT));
    using asking = query.mode === "keyword" ? undefined : vectors.begin(query.query, serving, signal);
    // Begun first: Chroma works while SQLite does.
    const nearest = asking && this.#nearest(asking, query, serving, filter, limit);
    nearest?.catch(() => {}); // looked at below, where it may be too late for the runtime
    const more = needsMore(filter) ? OVER_FETCH : 1;
    const words = keywords.search(serving.no, query.query, {
      limit: query.mode === "vector" ? 1 : Math.min(MAX_CANDIDATES, limit * more),
      labels: labelsOf(filter),
    });
    const seqs = query.mode === "vector" ? [] : words.hits.map(({ seq }) => seq);
    const keyword = inOrder(seqs, passages.keysBySeq(serving.no, seqs, filter), (key) => key.seq);
    const vector = await nearest;
    if (vector === undefined || vector.reason === undefined) {
      return { keyword: keyword.slice(0, limit), vector: vector?.keys ?? [], words };
    }
    if (query.mode === "vector") {
      throw new ServiceError("unavailable", `Cannot search by vectors: ${vector.reason}`);
    }
    return { keyword: keyword.slice(0, limit), vector: [], words, reason: vector.reason };
  }

  /** What passes of the nearest; where too little does, Chroma's own filter (up to 100 ms at 100,000 records) is used. */
  async #nearest(
    asking: VectorAsk,
    query: SearchQuery,
    serving: ServingGeneration,
    filter: PassageFilter,
    limit: number,
  ): Promise<{ keys: PassageKey[]; reason?: string }> {
    const { lang } = query;
    const asked = narrowsVectors(filter) ? Math.min(MAX_CANDIDATES, limit * OVER_FETCH) : limit;
    let answer = await asking.ask({ lang, limit: asked });
    if ("reason" in answer) return { keys: [], reason: answer.reason };
    let keys = this.#passing(serving, answer.matches.map(({ id }) => id), filter);
    const isAll = answer.matches.length < asked;
    const own = vectorFilterOf(filter);
    if (!isAll && own !== undefined && keys.length < query.k * ENOUGH) {
      answer = await asking.ask({ lang, limit: asked, filter: own });
      // What was found without is kept where the second question fails.
      if ("matches" in answer) keys = this.#passing(serving, answer.matches.map(({ id }) => id), filter);
    }
    return { keys: keys.slice(0, limit) };
  }

  #passing(serving: ServingGeneration, ids: string[], filter: PassageFilter): PassageKey[] {
    return inOrder(ids, this.#options.passages.keysById(serving.no, ids, filter), (key) => key.chunkId);
  }

  #weights({ embedderId }: ServingGeneration): ListWeights {
    return this.#options.weights ?? (embedderId.startsWith("hash-") ? HASH_WEIGHTS : MODEL_WEIGHTS);
  }
}

/** The rows that were found, in the order of what was looked for. */
function inOrder<Key, Row>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): Row[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}
