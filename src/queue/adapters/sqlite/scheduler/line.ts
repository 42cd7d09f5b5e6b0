/** Ready tasks of a lane after a place, best first: pairs of rank and seq, at most `limit`; the file's answer. */
export type LoadReady = (
  laneNo: number,
  after: { rank: number; seq: number },
  limit: number,
) => [rank: number, seq: number][];

/** Tasks of a lane that are in memory; a million may wait in the file behind them. */
const WINDOW = 512;

/**
 * One line of ready tasks: first in, first out by (rank, seq). The file holds all of them (with those in hand, which are
 * `ready` there until they end); memory the first few. Everything up to the cursor is in the window, in hand or gone.
 */
export class Line {
  #ranks: number[] = [];
  #seqs: number[] = [];
  #head = 0;
  #cursorRank = -Infinity;
  #cursorSeq = -1;
  #more: boolean;
  readonly #load: LoadReady;

  /** `more`: the file may have ready tasks of the lane. */
  constructor(readonly no: number, { load, more }: { load: LoadReady; more: boolean }) {
    this.#load = load;
    this.#more = more;
    this.#fill();
  }

  get isEmpty(): boolean {
    return this.#head === this.#seqs.length;
  }

  get rank(): number {
    return this.#ranks[this.#head]!;
  }

  get seq(): number {
    return this.#seqs[this.#head]!;
  }

  /** A task that is `ready` in the file now. Whether the first of the line is another than before. */
  add(rank: number, seq: number): boolean {
    if (isAfter(rank, seq, this.#cursorRank, this.#cursorSeq)) {
      if (this.#more || this.#seqs.length - this.#head >= WINDOW) {
        this.#more = true;
        return false;
      }
      this.#ranks.push(rank);
      this.#seqs.push(seq);
      this.#cursorRank = rank;
      this.#cursorSeq = seq;
      return this.#seqs.length - this.#head === 1;
    }
    const at = this.#find(rank, seq);
    this.#ranks.splice(at, 0, rank);
    this.#seqs.splice(at, 0, seq);
    if (this.#seqs.length - this.#head > 2 * WINDOW) this.#cutTail();
    return at === this.#head;
  }

  /** Takes the first one off. */
  shift(): void {
    this.#head++;
    if (this.#head > WINDOW) {
      this.#ranks = this.#ranks.slice(this.#head);
      this.#seqs = this.#seqs.slice(this.#head);
      this.#head = 0;
    }
    this.#fill();
  }

  /** A task that leaves the line from anywhere in it. Whether the first of the line is another than before. */
  drop(rank: number, seq: number): boolean {
    if (isAfter(rank, seq, this.#cursorRank, this.#cursorSeq)) return false;
    const at = this.#find(rank, seq);
    if (this.#seqs[at] !== seq) return false;
    if (at === this.#head) {
      this.shift();
      return true;
    }
    this.#ranks.splice(at, 1);
    this.#seqs.splice(at, 1);
    return false;
  }

  #fill(): void {
    while (this.#more && this.isEmpty) {
      const rows = this.#load(this.no, { rank: this.#cursorRank, seq: this.#cursorSeq }, WINDOW);
      this.#ranks = rows.map(([rank]) => rank);
      this.#seqs = rows.map(([, seq]) => seq);
      this.#head = 0;
      const last = rows.at(-1);
      if (last !== undefined) [this.#cursorRank, this.#cursorSeq] = last;
      // Rows in hand are left out of what was asked for, so fewer than a window's worth says nothing; none says all.
      this.#more = rows.length > 0;
    }
  }

  #cutTail(): void {
    const keep = this.#head + WINDOW;
    this.#ranks.length = keep;
    this.#seqs.length = keep;
    this.#cursorRank = this.#ranks[keep - 1]!;
    this.#cursorSeq = this.#seqs[keep - 1]!;
    this.#more = true;
  }

  /** Where (rank, seq) is or would be, at the head or behind it. */
  #find(rank: number, seq: number): number {
    let low = this.#head;
    let high = this.#seqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(rank, seq, this.#ranks[middle]!, this.#seqs[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isAfter(rank: number, seq: number, otherRank: number, otherSeq: number): boolean {
  return rank > otherRank || (rank === otherRank && seq > otherSeq);
}

/** Which of two lines has the task that has waited longer. */
export function isEarlier(a: Line, b: Line): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.seq < b.seq);
}
