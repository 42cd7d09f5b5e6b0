import type { KeywordOptions, KeywordResult, KeywordSearch, QueryWord, WordReader } from "../word_port.ts";
import { correctionsOf, type Form, formsOf, MAX_CORRECTIONS } from "./kin.ts";
import { Lru } from "./lru.ts";
import { PostingCache, type TermPostings } from "./posting_cache.ts";
import { type Asked, askedIn } from "./query_words.ts";
import { Scores } from "./scores.ts";
import { warmUp } from "./warm_up.ts";

/** Rows that are looked at closer. */
const CANDIDATES = 100;
/** How much more a rare word tells than a common one: the power of its inverse document frequency. */
const RARITY = 1.5;
/** What a title that is just the query is worth, in points of its words. */
const EXACT_HEAD = 0.5;
const MAX_KIN = 4_000;
/** Rows that are looked at where all words of a query are in too many. */
const MAX_COMMON = 1_000;
/** A word is common that one row of so many has. */
const COMMON_SHARE = 20;
/** How many times what is wanted rare words have to find. */
const ENOUGH = 5;

/** A word of the query with where its forms stand. */
interface Word extends Asked {
  forms: (Form & { postings: TermPostings })[];
}

/**
 * Search by words: where each word of the query stands, in any of its forms, is read once and kept; points are summed up
 * over those rows in memory, and the best rows looked at closer.
 */
export class KeywordIndex implements KeywordSearch {
  readonly #reader: WordReader;
  readonly #postings: PostingCache;
  readonly #kin = new Lru<{ lastRow: number; forms: Form[] }>(MAX_KIN);
  readonly #scores = new Scores();
  #counted = { generation: 0, lastRow: 0, rows: 0 };

  constructor(reader: WordReader) {
    this.#reader = reader;
    this.#postings = new PostingCache(reader);
  }

  search(generation: number, query: string, options: KeywordOptions): KeywordResult {
    const asked = askedIn(query);
    const state = this.#reader.state(generation);
    if (asked.length === 0 || state === undefined) return { hits: [], words: [], corrections: [] };
    const { lastRow } = state;
    const corrections: KeywordResult["corrections"] = [];
    const words = asked.map((word) => this.#wordOf(generation, word, lastRow, corrections));
    const marks = (options.labels ?? []).map((label) => this.#postings.labelled(generation, label, lastRow));
    const rows = this.#rowCount(generation, lastRow);
    const weighed = this.#sumUp(generation, words, { lastRow, rows, marks, limit: options.limit });
    let hits = this.#look(generation, weighed, options.limit);
    if (hits === undefined) {
      // most of what was kept has gone: read it anew
      this.#postings.clear();
      for (const word of words) {
        for (const form of word.forms) form.postings = this.#postings.of(generation, form.term, lastRow);
      }
      const marks = (options.labels ?? []).map((label) =>
        this.#postings.labelled(generation, label, lastRow)
      );
      hits = this.#look(
        generation,
        this.#sumUp(generation, words, { lastRow, rows, marks, limit: options.limit }),
        options.limit,
      ) ?? [];
    }
    return { hits, words: weighed, corrections };
  }

  /** Reads beforehand what questions will ask for; undefined where there is no such generation. To be worked off in pieces. */
  warmUp(generation: number): { lastRow: number; steps: Iterator<void> } | undefined {
    const state = this.#reader.state(generation);
    if (state === undefined) return undefined;
    const { lastRow } = state;
    return { lastRow, steps: warmUp(this.#reader, this.#postings, generation, lastRow) };
  }

  #wordOf(
    generation: number,
    word: Asked,
    lastRow: number,
    corrections: KeywordResult["corrections"],
  ): Word {
    const read = (forms: Form[]) =>
      forms.map((form) => ({ ...form, postings: this.#postings.of(generation, form.term, lastRow) }))
        .filter(({ postings }) => postings.frequency > 0);
    const forms = read(this.#formsOf(generation, word, lastRow));
    if (forms.length > 0) return { ...word, forms };
    const meant = read(correctionsOf(this.#reader, generation, word.term))
      .sort((left, right) => right.postings.frequency - left.postings.frequency).slice(0, MAX_CORRECTIONS);
    if (meant.length > 0) corrections.push({ from: word.text, to: meant.map(({ term }) => term) });
    return { ...word, forms: meant };
  }

  #formsOf(generation: number, { term, wholes }: Asked, lastRow: number): Form[] {
    const key = `${generation} ${term} ${wholes.join(" ")}`;
    const held = this.#kin.get(key);
    if (held?.lastRow === lastRow) return held.forms;
    const forms = formsOf(this.#reader, generation, term, wholes);
    this.#kin.set(key, { lastRow, forms }, 1);
    return forms;
  }

  /** Gives points to rows; returns the words with what each tells. */
  #sumUp(
    generation: number,
    words: readonly Word[],
    { lastRow, rows, marks, limit }: { lastRow: number; rows: number; marks: Uint8Array[]; limit: number },
  ): QueryWord[] {
    const scores = this.#scores;
    scores.reset(lastRow);
    const weighed: QueryWord[] = words.map(({ text, term, forms }) => ({
      text,
      forms: forms.length === 0 ? [term] : forms.map(({ term }) => term),
      weight: 0,
    }));
    const most = words.map(({ forms }) => Math.max(0, ...forms.map(({ postings }) => postings.frequency)));
    const rareFirst = words.map((_, place) => place).sort((left, right) => most[left]! - most[right]!);
    for (const place of rareFirst) {
      // where rare words have found enough, common ones only tell these apart
      const onlyFound = most[place]! > rows / COMMON_SHARE && scores.found.length >= ENOUGH * limit;
      let frequency = most[place]!;
      for (const { weight, postings } of words[place]!.forms) {
        scores.take(postings, weight, { marks, onlyFound });
      }
      // within a label what is taken in is less than what there is
      if (marks.length === 0 && !onlyFound) frequency = Math.max(frequency, scores.frequency);
      const weight = Math.log(1 + Math.max(0, rows - frequency + 0.5) / (frequency + 0.5)) ** RARITY;
      scores.give(weight);
      weighed[place]!.weight = weight;
    }
    if (scores.found.length < limit) this.#addCommon(generation, words, weighed, marks);
    return weighed;
  }

  /** Of words that are all common, rows that have all of them: some, as scoring every one would take too long. */
  #addCommon(
    generation: number,
    words: readonly Word[],
    weighed: readonly QueryWord[],
    marks: readonly Uint8Array[],
  ): void {
    const common = words.flatMap(({ forms }, place) => forms[0]?.postings.isCommon ? [place] : []);
    if (common.length === 0 || words.some(({ forms }) => forms[0]?.postings.isCommon === false)) return;
    const terms = common.map((place) => words[place]!.forms[0]!.term);
    const rows = [true, false].flatMap((inHeads) =>
      this.#reader.rowsWithAll(generation, terms, { limit: MAX_COMMON, inHeads })
    );
    const found = Uint32Array.from(new Set(rows));
    const times = new Uint8Array(found.length).fill(1);
    this.#scores.take({ rows: found, times, isCommon: true, frequency: found.length }, 1, {
      marks,
      onlyFound: false,
    });
    this.#scores.give(common.reduce((sum, place) => sum + weighed[place]!.weight, 0));
  }

  /** The best rows, titles and headings that are nearly the query first; undefined: most have gone meanwhile. */
  #look(
    generation: number,
    weighed: readonly QueryWord[],
    limit: number,
  ): KeywordResult["hits"] | undefined {
    const scores = this.#scores;
    const best = scores.best(Math.max(CANDIDATES, limit));
    const rows = this.#reader.rows(generation, best);
    if (rows.length < best.length / 2) return undefined;
    const most = weighed.reduce((sum, { weight }) => sum + weight, 0) || 1;
    return rows.map(({ row, seq, titleSize, headingsSize }) => {
      const head = (points: number, found: number, size: number) =>
        size === 0 ? 0 : points * (points / most) * Math.min(1, found / size);
      const exact = head(scores.titlePoints[row]!, scores.titleWords[row]!, titleSize) +
        head(scores.headingPoints[row]!, scores.headingWords[row]!, headingsSize);
      return { seq, score: scores.points[row]! + EXACT_HEAD * exact };
    }).sort((left, right) => right.score - left.score || left.seq - right.seq).slice(0, limit);
  }

  #rowCount(generation: number, lastRow: number): number {
    const counted = this.#counted;
    const isNear = counted.generation === generation &&
      Math.abs(lastRow - counted.lastRow) < counted.rows / 50;
    if (isNear) return counted.rows;
    this.#counted = { generation, lastRow, rows: this.#reader.countRows(generation) };
    return this.#counted.rows;
  }
}
