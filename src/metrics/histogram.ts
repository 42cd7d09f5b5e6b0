/**
 * A log-linear histogram of whole numbers (microseconds, here): every power of two is cut into 32 equal cells, so a
 * quantile is off by at most 1.6 % of its value, whatever the distribution. Count, sum and max are exact.
 *
 * Cells are held from the lowest to the highest octave seen, 128 bytes each and 4.6 kB at most; `record` allocates only
 * when a value falls outside of them. (An array an octave would cost more in headers than in cells.)
 */
export class Histogram {
  #cells: Uint32Array = new Uint32Array(0);
  /** Number of the first cell held, counted over the whole range; a multiple of `CELLS`. */
  #first = 0;
  #count = 0;
  #sum = 0;
  #max = 0;

  /** Counts one value: whole from 0 to 2^40 - 1 (12 days in microseconds); what lies outside is moved to the edge. */
  record(value: number): void {
    const whole = value >= 0 ? Math.min(Math.round(value), LARGEST) : 0; // NaN too: a broken clock is not a crash
    const octave = whole < CELLS ? 0 : 27 - clz(whole);
    // Octave 0 holds 0..31 one by one; octave n holds [32 * 2^(n-1), 32 * 2^n) in cells of 2^(n-1).
    const cell = octave === 0 ? whole : Math.floor(whole / 2 ** (octave - 1)) - CELLS;
    const index = octave * CELLS + cell - this.#first;
    if (index < 0 || index >= this.#cells.length) this.#hold(octave * CELLS, (octave + 1) * CELLS);
    this.#cells[octave * CELLS + cell - this.#first]!++;
    this.#count++;
    this.#sum += whole;
    if (whole > this.#max) this.#max = whole;
  }

  /** Adds everything `other` has counted. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    this.#hold(other.#first, other.#first + other.#cells.length);
    const shift = other.#first - this.#first;
    for (let i = 0; i < other.#cells.length; i++) this.#cells[i + shift]! += other.#cells[i]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Largest value; undefined when nothing was counted. */
  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** The value at rank `ceil(q * count)`, within 1.6 %; undefined when nothing was counted. `q` is 0 to 1. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.min(this.#count, Math.max(1, Math.ceil(q * this.#count)));
    let seen = 0;
    for (let i = 0; i < this.#cells.length; i++) {
      seen += this.#cells[i]!;
      if (seen < rank) continue;
      const octave = Math.floor((this.#first + i) / CELLS);
      const cell = (this.#first + i) % CELLS;
      const width = octave === 0 ? 1 : 2 ** (octave - 1);
      const low = octave === 0 ? cell : (CELLS + cell) * width;
      return Math.min(low + (width - 1) / 2, this.#max);
    }
    return this.#max;
  }

  /** Makes room for the cells from `from` to before `to`, both at the edge of an octave. */
  #hold(from: number, to: number): void {
    const held = this.#cells.length;
    const first = held === 0 ? from : Math.min(from, this.#first);
    const end = held === 0 ? to : Math.max(to, this.#first + held);
    if (end - first === held) return;
    const cells = new Uint32Array(end - first);
    if (held > 0) cells.set(this.#cells, this.#first - first);
    this.#cells = cells;
    this.#first = first;
  }
}

const CELLS = 32;
const LARGEST = 2 ** 40 - 1;

/** Leading zeros of a 32-bit word, going below zero for values beyond it. */
function clz(value: number): number {
  return value < 2 ** 32 ? Math.clz32(value) : Math.clz32(value / 2 ** 32) - 32;
}
