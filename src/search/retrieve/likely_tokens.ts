import { type Token, tokensOf } from "../analysis/mod.ts";

/** With more to look for than that, reading the whole text is as quick. */
const MAX_NEEDLES = 64;
/** So many stretches, and the whole text is read instead. */
const MAX_STRETCHES = 200;
/** Letters whose term is not simply themselves in lower case (accents, niqqud, other scripts): their words are always read. */
const ODD = /(?![\x20-\x7e\u05d0-\u05ea])[\p{L}\p{N}\p{M}\p{Cf}]/gu;
/** What stands inside words and is no part of their terms. */
const JOINTS = /[^\p{L}\p{N} ]+/gu;
const FINALS: Record<string, string> = { "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ" };
const MODEL = /^([a-z]{2,5})(\d.{0,5})$/;

/**
 * Those words of a text that may be one of some forms, and few others: reading a passage word by word (`tokensOf`) costs
 * more than all the rest of showing it. Words go over no space, but for a model's (`GTX 1080`, found as `gtx1080`).
 */
export class LikelyTokens {
  /** Every form has one of them in it. */
  readonly #needles: string[] = [];
  /** As a model is written apart. */
  readonly #models: string[] = [];

  constructor(forms: Iterable<string>) {
    for (const form of [...forms].sort((a, b) => a.length - b.length)) {
      if (!this.#needles.some((needle) => form.includes(needle))) this.#needles.push(form);
      const model = MODEL.exec(form);
      if (model !== null) this.#models.push(`${model[1]} ${model[2]}`);
    }
  }

  /** @param text with one space, and nothing else, between its stretches. Ascending. */
  in(text: string): Token[] {
    const lower = text.toLowerCase().replaceAll(/[ךםןףץ]/g, (letter) => FINALS[letter]!);
    // A letter whose small one is longer would shift all that follows it.
    if (lower.length !== text.length || this.#needles.length > MAX_NEEDLES) return tokensOf(text);
    const squeezed = lower.replaceAll(JOINTS, "");
    const hasJoints = squeezed.length < lower.length;
    /** Where stretches to be read begin, with their ends. */
    const stretches = new Map<number, number>();
    const read = (from: number, to: number) => {
      const start = text.lastIndexOf(" ", from - 1) + 1;
      const space = text.indexOf(" ", to);
      const end = space < 0 ? text.length : space;
      stretches.set(from === 0 ? 0 : start, Math.max(end, stretches.get(start) ?? 0));
      return end;
    };
    for (const needle of this.#needles) {
      for (let at = lower.indexOf(needle); at >= 0;) {
        if (stretches.size > MAX_STRETCHES) return tokensOf(text);
        at = lower.indexOf(needle, read(at, at + needle.length));
      }
      // Written with something inside it (`pg_sleep`, `FP-30X`).
      if (hasJoints && count(squeezed, needle) > count(lower, needle)) return tokensOf(text);
    }
    for (const model of this.#models) {
      for (let at = lower.indexOf(model); at >= 0;) at = lower.indexOf(model, read(at, at + model.length));
    }
    let until = 0;
    for (const { index } of text.matchAll(ODD)) {
      if (index < until) continue;
      if (stretches.size > MAX_STRETCHES) return tokensOf(text);
      until = read(index, index + 1);
    }
    return tokensIn(text, stretches);
  }
}

function tokensIn(text: string, stretches: ReadonlyMap<number, number>): Token[] {
  const tokens: Token[] = [];
  let done = 0;
  for (const [start, end] of [...stretches].sort(([a], [b]) => a - b)) {
    if (start < done) continue;
    done = end;
    for (const token of tokensOf(text.slice(start, end))) {
      tokens.push({ ...token, start: token.start + start, end: token.end + start });
    }
  }
  return tokens;
}

function count(text: string, needle: string): number {
  let times = 0;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) times++;
  return times;
}
