import { createHash } from "node:crypto";
import type { JsonCache } from "../cache/port.ts";
import type { SearchAnswer, SearchQuery } from "./retrieval_port.ts";

/** Answers are cut by it when an index changes. */
export const SEARCH_TAG = "search";
const PREFIX = "search:";
/** Longest an answer is kept for callers that take old ones. */
const KEEP_S = 86_400;

/** Answers of searches, until the index changes. */
export class AnswerCache {
  readonly #cache: JsonCache;
  readonly #onError: (error: unknown) => void;
  /** Counts changes: an answer that was looked for before one must not be kept after it. */
  #epoch = 0;
  #mayHold = true;
  #cutting: Promise<void> = Promise.resolve();

  constructor(cache: JsonCache, options: { onError: (error: unknown) => void }) {
    this.#cache = cache;
    this.#onError = options.onError;
  }

  async answer(
    query: SearchQuery,
    maxAgeS: number,
    search: () => Promise<SearchAnswer>,
  ): Promise<SearchAnswer & { cached: boolean; ageS: number }> {
    if (maxAgeS <= 0) return { ...await search(), cached: false, ageS: 0 };
    const key = `${PREFIX}${createHash("sha256").update(JSON.stringify(query)).digest("hex")}`;
    await this.#cutting;
    const epoch = this.#epoch;
    const found = await this.#cache.get<SearchAnswer>(key);
    const ageS = found === undefined ? Infinity : (Date.now() - found.storedMs) / 1000;
    if (found !== undefined && ageS <= maxAgeS) return { ...found.value, cached: true, ageS };
    const answer = await search();
    if (!answer.degraded && epoch === this.#epoch) {
      this.#mayHold = true;
      await this.#cache.set(key, answer, { maxAgeS: KEEP_S, tags: [SEARCH_TAG] });
      // The index changed while it was written down.
      if (epoch !== this.#epoch) await this.#cache.delete(key);
    }
    return { ...answer, cached: false, ageS: 0 };
  }

  /** What searches find has changed. */
  cut(): void {
    this.#epoch++;
    if (!this.#mayHold) return;
    this.#mayHold = false;
    this.#cutting = this.#cache.deleteByTag(SEARCH_TAG).then(() => {}, (error) => {
      this.#mayHold = true; // the next change tries again
      this.#onError(error);
    });
  }
}
