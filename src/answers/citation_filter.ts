/** What may stand between the brackets of a mark: `[2]`, `[1, 3]`, `[2-4]`. */
const MARK_LETTERS = new Set("0123456789,-– ");
const MAX_MARK_LENGTH = 40;
const MAX_SPACES = 8;

/**
 * Lets an answer pass as it comes, and takes out of it the numbers of marks that name no passage. What may become a mark is
 * held back until it is one or cannot be. Marks of several numbers come out one by one: `[1, 9]` as `[1]`.
 */
export class CitationFilter {
  readonly #count: number;
  readonly #cited = new Set<number>();
  readonly #unsupported = new Set<number>();
  /** Spaces, then perhaps the beginning of a mark: gone with it if nothing of it is true. */
  #held = "";
  #inMark = false;
  /** What was open when the mark began: with the mark gone, `[9[9]9]` would else close to another. */
  #outer = "";
  /** Spaces that went with a mark; back again where a word or another mark follows at once. */
  #dropped = "";

  /** @param count passages the model was given, numbered from 1 */
  constructor(count: number) {
    this.#count = count;
  }

  /** Numbers of passages that were named, in the order they were first named. */
  get cited(): number[] {
    return [...this.#cited];
  }

  /** Numbers that name no passage. */
  get unsupported(): number[] {
    return [...this.#unsupported];
  }

  push(text: string): string {
    let out = "";
    for (const letter of text) {
      if (this.#dropped !== "") {
        if (letter === "[") this.#held = this.#dropped;
        else if (/[\p{L}\p{N}]/u.test(letter)) out += this.#dropped;
        this.#dropped = "";
      }
      if (this.#inMark && letter === "]") {
        out += this.#mark();
      } else if (this.#inMark && MARK_LETTERS.has(letter) && this.#held.length < MAX_MARK_LENGTH) {
        this.#held += letter;
      } else if (letter === "[") {
        if (this.#held.length + this.#outer.length > MAX_MARK_LENGTH) out += this.#release();
        this.#outer += this.#held;
        this.#held = letter;
        this.#inMark = true;
      } else if (letter === " " && !this.#inMark && this.#held.length < MAX_SPACES) {
        this.#held += letter;
      } else {
        out += this.#release() + letter;
      }
    }
    return out;
  }

  /** What was still held back: no mark any more. */
  end(): string {
    return this.#release();
  }

  #release(): string {
    const held = this.#outer + this.#held;
    this.#outer = "";
    this.#held = "";
    this.#inMark = false;
    return held;
  }

  #mark(): string {
    const numbers = numbersOf(this.#held.slice(1));
    if (numbers.length === 0) return `${this.#release()}]`; // `[ ]` is a box to tick
    let marks = "";
    for (const number of numbers) {
      if (number >= 1 && number <= this.#count) {
        this.#cited.add(number);
        marks += `[${number}]`;
      } else {
        this.#unsupported.add(number);
      }
    }
    this.#held = "";
    if (marks !== "") return this.#release() + marks;
    const open = this.#outer.lastIndexOf("[");
    if (open < 0) {
      this.#dropped = this.#release();
    } else {
      this.#held = this.#outer.slice(open);
      this.#outer = this.#outer.slice(0, open);
    }
    return "";
  }
}

/** The numbers of `1, 3-5`; of a range that is too long to be one, its ends. */
function numbersOf(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const ends = part.split(/[-–]/).map((end) => end.trim()).filter((end) => /^\d{1,9}$/.test(end)).map(
      Number,
    );
    const [from, to] = ends;
    if (ends.length !== 2 || from! > to! || to! - from! > 50) return ends;
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
  });
}
