/**
 * Texts like people's, as many as are wanted: words drawn as often as they stand in real paragraphs (so with a few that
 * are everywhere and a long tail), each section with one real sentence of its language; the same for the same number.
 */
export interface SeedTexts {
  en: string[];
  he: string[];
}

export interface SyntheticText {
  documentId: string;
  title: string;
  markdown: string;
}

type Language = keyof SeedTexts;

const WORDS_A_SECTION = 90;
/** Of a section's words, how many are a name nobody else has: part numbers, people. */
const OWN_WORDS = 2;

export class TextMill {
  readonly #words: Record<Language, string[]>;
  readonly #sentences: Record<Language, string[]>;

  constructor(seeds: SeedTexts) {
    const words = (texts: string[]) => texts.flatMap((text) => text.match(/[\p{L}\p{N}_-]{2,24}/gu) ?? []);
    const sentences = (texts: string[]) =>
      texts.flatMap((text) => text.match(/[^.!?\n|#`]{40,240}[.!?]/gu) ?? []);
    this.#words = { en: words(seeds.en), he: words(seeds.he) };
    this.#sentences = { en: sentences(seeds.en), he: sentences(seeds.he) };
  }

  /** A document of so many sections, every third one Hebrew. */
  document(number: number, sections: number): SyntheticText {
    const language: Language = number % 3 === 2 ? "he" : "en";
    const next = random(number);
    const title = this.#some(language, 4, next);
    const parts = Array.from({ length: sections }, (_, i) => {
      const own = Array.from({ length: OWN_WORDS }, () => `q${Math.floor(next() * 36 ** 5).toString(36)}`);
      const sentence = pick(this.#sentences[language], next).trim();
      const body = this.#some(language, WORDS_A_SECTION, next, 12);
      return `## ${this.#some(language, 3, next)} ${number}.${i}\n\n${sentence} ${body} ${own.join(" ")}.`;
    });
    return { documentId: `text-${number}`, title, markdown: parts.join("\n\n") };
  }

  /** What a person might type: two to five words, or part of a sentence. No two are the same. */
  query(number: number): string {
    const next = random(1e6 + number);
    const language: Language = next() < 1 / 3 ? "he" : "en";
    if (next() < 0.5) return this.#some(language, 2 + Math.floor(next() * 4), next);
    const words = pick(this.#sentences[language], next).trim().split(/\s+/);
    const from = Math.floor(next() * Math.max(1, words.length - 5));
    return words.slice(from, from + 3 + Math.floor(next() * 4)).join(" ") || this.#some(language, 3, next);
  }

  #some(language: Language, count: number, next: () => number, sentence = Infinity): string {
    let text = "";
    for (let i = 0; i < count; i++) {
      text += `${i === 0 ? "" : i % sentence === 0 ? ". " : " "}${pick(this.#words[language], next)}`;
    }
    return text;
  }
}

function pick(from: readonly string[], next: () => number): string {
  return from[Math.floor(next() * from.length)]!;
}

/** mulberry32: 0 to 1, the same row for the same seed. */
function random(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9E3779B1);
  return () => {
    state = state + 0x6D2B79F5 | 0;
    let t = Math.imul(state ^ state >>> 15, state | 1);
    t = t + Math.imul(t ^ t >>> 7, t | 61) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}
