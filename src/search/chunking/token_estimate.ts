/**
 * How many tokens a text would cost a model, without the model.
 *
 * Tokenisers of byte pairs differ by model; what they share is that a token is a frequent sequence within one script. So
 * text is taken as runs of one class, and each class has its price, set between those of o200k_base and cl100k_base as
 * measured on Hebrew and English prose (a Hebrew letter costs .4 and .95 of a token there, an English one .2 in both).
 * The estimate is never less for a text in two parts than for the whole, wherever outside white space it is parted: sums
 * over the parts of a passage are bounds of the passage.
 */

/** Costs are counted in hundredths of a token: whole numbers, whose sums are exact. */
export const COST_OF_TOKEN = 100;

const SPACE = 0, NEWLINE = 1, LOWER = 2, UPPER = 3, DIGIT = 4, SIGN = 5, LETTER = 6, HEBREW = 7, SINGLE = 8;

/** Class by UTF-16 unit. Surrogates are `SINGLE`: each half of a pair costs one, as emoji do. */
const CLASSES = classTable();

const LATIN_COST = 16;
const LETTER_COST = 33;
const HEBREW_COST = 50;
const DIGITS_OF_TOKEN = 3;
/** `-----` and the like. */
const SAME_SIGNS_OF_TOKEN = 8;
const SPACES_OF_TOKEN = 16;

/** Tokens of a text, rounded up. */
export function estimateTokens(text: string): number {
  return Math.ceil(measure(text, 0, text.length, Infinity).cost / COST_OF_TOKEN);
}

/** Cost of `text` from `start` to `end`, in hundredths of a token. */
export function costOf(text: string, start: number, end: number): number {
  return measure(text, start, end, Infinity).cost;
}

/**
 * As much of a text as `budget` pays for: whole runs, or a part of the first where that alone is too long; one character
 * at least. Reads no further than that.
 */
export function measure(
  text: string,
  start: number,
  end: number,
  budget: number,
): { end: number; cost: number } {
  let cost = 0;
  let at = start;
  while (at < end) {
    const left = budget - cost;
    const run = readRun(text, at, end, left);
    if (run.cost > left) {
      if (at > start) return { end: wholeCharacter(text, start, at, end), cost };
      const cut = Math.max(run.affordable, start + 1);
      return { end: wholeCharacter(text, start, cut, end), cost: Math.min(run.cost, budget) };
    }
    cost += run.cost;
    at = run.end;
  }
  return { end: at, cost };
}

interface Run {
  end: number;
  cost: number;
  /** Where it would have to end to cost no more than it may. */
  affordable: number;
}

/** The run at `start`, or so much of it as shows that it costs more than `budget`. */
function readRun(text: string, start: number, end: number, budget: number): Run {
  const first = text.charCodeAt(start);
  const kind = CLASSES[first]!;
  let at = start + 1;
  switch (kind) {
    case SPACE:
    case NEWLINE: {
      // Two at least, to tell a run from the one space between words, which costs nothing.
      const most = Math.min(end, Math.max(start + 2, longest(start, end, budget, SPACES_OF_TOKEN)));
      while (at < most && CLASSES[text.charCodeAt(at)]! <= NEWLINE) at++;
      const cost = at - start === 1 && kind === SPACE ? 0 : counted(at - start, SPACES_OF_TOKEN);
      return { end: at, cost, affordable: most - 1 };
    }
    case SIGN: {
      const most = longest(start, end, budget, SAME_SIGNS_OF_TOKEN);
      while (at < most && text.charCodeAt(at) === first) at++;
      return { end: at, cost: counted(at - start, SAME_SIGNS_OF_TOKEN), affordable: most - 1 };
    }
    case DIGIT: {
      const most = longest(start, end, budget, DIGITS_OF_TOKEN);
      while (at < most && CLASSES[text.charCodeAt(at)] === DIGIT) at++;
      return { end: at, cost: counted(at - start, DIGITS_OF_TOKEN), affordable: most - 1 };
    }
    case LOWER:
    case UPPER: {
      const most = Math.min(end, start + Math.floor(budget / LATIN_COST) + 1);
      let before = kind;
      for (; at < most; at++) {
        const next = CLASSES[text.charCodeAt(at)]!;
        // A capital after a small letter begins another word, in `camelCase` as in base64.
        if ((next !== LOWER && next !== UPPER) || (next === UPPER && before === LOWER)) break;
        before = next;
      }
      return spelled(start, at, LATIN_COST, most);
    }
    case LETTER:
    case HEBREW: {
      const price = kind === HEBREW ? HEBREW_COST : LETTER_COST;
      const most = Math.min(end, start + Math.floor(budget / price) + 1);
      while (at < most && CLASSES[text.charCodeAt(at)] === kind) at++;
      return spelled(start, at, price, most);
    }
    default:
      return { end: at, cost: COST_OF_TOKEN, affordable: at };
  }
}

function spelled(start: number, end: number, price: number, most: number): Run {
  return { end, cost: Math.max(COST_OF_TOKEN, (end - start) * price), affordable: most - 1 };
}

function counted(length: number, perToken: number): number {
  return Math.ceil(length / perToken) * COST_OF_TOKEN;
}

/** One unit past what `budget` pays for. */
function longest(start: number, end: number, budget: number, perToken: number): number {
  return Math.min(end, start + Math.floor(budget / COST_OF_TOKEN) * perToken + 1);
}

/** A cut that parts no surrogate pair and leaves no mark without its letter, as far as a few steps back can help. */
function wholeCharacter(text: string, start: number, cut: number, end: number): number {
  let at = cut;
  for (let steps = 0; steps < 8 && at > start && at < end; steps++, at--) {
    if (!isContinuation(text, at)) return at;
  }
  return cut;
}

function isContinuation(text: string, at: number): boolean {
  return /^[\p{M}\u200d]/u.test(text[at]!) || isLowSurrogate(text.charCodeAt(at));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function classTable(): Uint8Array {
  const classes = new Uint8Array(65536).fill(SINGLE);
  const set = (from: number, to: number, kind: number) => classes.fill(kind, from, to + 1);
  set(0x00, 0x1f, NEWLINE);
  set(0x21, 0x2f, SIGN);
  set(0x3a, 0x40, SIGN);
  set(0x5b, 0x60, SIGN);
  set(0x7b, 0x7e, SIGN);
  set(0x30, 0x39, DIGIT);
  set(0x41, 0x5a, UPPER);
  set(0x61, 0x7a, LOWER);
  set(0xa1, 0xbf, SIGN);
  set(0xc0, 0x24f, LOWER); // Latin with accents: a capital among them need not part a word
  set(0x250, 0x2ff, LETTER);
  set(0x370, 0x482, LETTER); // Greek, Cyrillic
  set(0x48a, 0x589, LETTER);
  set(0x5d0, 0x5f4, HEBREW);
  set(0x620, 0x64a, LETTER); // Arabic
  set(0x660, 0x669, DIGIT);
  set(0x671, 0x6d3, LETTER);
  set(0x904, 0x10ff, LETTER); // South and South-East Asia, Georgian
  set(0x1e00, 0x1fff, LOWER);
  set(0x2010, 0x205e, SIGN);
  for (const space of [0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff]) classes[space] = SPACE;
  set(0x2000, 0x200a, SPACE);
  set(0x2028, 0x2029, NEWLINE);
  return classes;
}
