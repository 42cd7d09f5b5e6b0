import type { TermPostings } from "./posting_cache.ts";

const TITLE = 2;
const HEADINGS = 4;
const K1 = 1.6;
const MAX_TIMES = 16;

/** Points of rows, summed up word by word; reused from query to query. */
export class Scores {
  /** Rows that have points, in no order. */
  readonly found: number[] = [];
  points = new Float32Array(0);
  /** Points of the words that stand in title and in headings, and how many words there those are. */
  titlePoints = new Float32Array(0);
  headingPoints = new Float32Array(0);
  titleWords = new Uint8Array(0);
  headingWords = new Uint8Array(0);
  #times = new Float32Array(0);
  #touched: number[] = [];

  /** Room for rows up to one, no points. */
  reset(lastRow: number): void {
    if (this.points.length <= lastRow) {
      const size = Math.ceil((lastRow + 1) * 1.25);
      this.points = new Float32Array(size);
      this.titlePoints = new Float32Array(size);
      this.headingPoints = new Float32Array(size);
      this.titleWords = new Uint8Array(size);
      this.headingWords = new Uint8Array(size);
      this.#times = new Float32Array(size);
    } else {
      for (const row of this.found) {
        this.points[row] = this.titlePoints[row] = this.headingPoints[row] = 0;
        this.titleWords[row] = this.headingWords[row] = 0;
      }
    }
    this.found.length = 0;
  }

  /** Takes in a form of a word; `marks`: rows that count. `onlyFound`: rows without points get none. */
  take(
    { rows, times }: TermPostings,
    weight: number,
    { marks, onlyFound }: { marks: readonly Uint8Array[]; onlyFound: boolean },
  ): void {
    const all = this.#times;
    const { points } = this;
    const [first, ...others] = marks;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!;
      if (row >= all.length) continue;
      if (onlyFound && points[row] === 0) continue;
      if (first !== undefined) {
        if (first[row] !== 1) continue;
        if (others.length > 0 && !others.every((marked) => marked[row] === 1)) continue;
      }
      const packed = times[at]!;
      const body = packed & 0x0f;
      let value = body;
      if (packed > 0x0f) {
        const title = packed >> 6;
        const headings = (packed >> 4) & 3;
        value += title * TITLE + headings * HEADINGS;
        this.titleWords[row] = Math.min(MAX_TIMES, this.titleWords[row]! + title);
        this.headingWords[row] = Math.min(MAX_TIMES, this.headingWords[row]! + headings);
        // marked by sign: told apart when the word is done
        if (title > 0 && this.titlePoints[row]! >= 0) this.titlePoints[row] = -1 - this.titlePoints[row]!;
        if (headings > 0 && this.headingPoints[row]! >= 0) {
          this.headingPoints[row] = -1 - this.headingPoints[row]!;
        }
      }
      if (all[row] === 0) this.#touched.push(row);
      all[row] = all[row]! + weight * value;
    }
  }

  /** How many rows have the word whose forms were taken in. */
  get frequency(): number {
    return this.#touched.length;
  }

  /** Gives the points of the word whose forms were taken in. */
  give(weight: number): void {
    for (const row of this.#touched) {
      const times = this.#times[row]!;
      this.#times[row] = 0;
      if (this.points[row] === 0) this.found.push(row);
      this.points[row] = this.points[row]! + weight * times * (K1 + 1) / (times + K1);
      if (this.titlePoints[row]! < 0) this.titlePoints[row] = -1 - this.titlePoints[row]! + weight;
      if (this.headingPoints[row]! < 0) this.headingPoints[row] = -1 - this.headingPoints[row]! + weight;
    }
    this.#touched.length = 0;
  }

  /** The rows with most points, best first; the earlier of two that have the same. */
  best(count: number): number[] {
    const { points, found } = this;
    if (found.length > 4 * count) {
      // a floor under the best ones, from a sample, so that few need to be sorted
      const sample = found.filter((_, at) => at % Math.ceil(found.length / (2 * count)) === 0)
        .map((row) => points[row]!).sort((left, right) => right - left);
      const floor = sample[Math.ceil(sample.length * 2 * count / found.length)] ?? 0;
      const high = found.filter((row) => points[row]! >= floor);
      if (high.length >= count) return sorted(high, points).slice(0, count);
    }
    return sorted([...found], points).slice(0, count);
  }
}

function sorted(rows: number[], points: Float32Array): number[] {
  return rows.sort((left, right) => points[right]! - points[left]! || left - right);
}
