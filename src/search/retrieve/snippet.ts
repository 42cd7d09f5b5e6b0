import type { QueryWord } from "../word_port.ts";
import type { FoundWord } from "./found_words.ts";

/** Characters of a snippet at most, marks and the dots of a cut not counted. */
const LENGTH = 280;
/** Where a cut may move to find the end of a sentence, else of a word. */
const SENTENCE_REACH = 60;
const WORD_REACH = 24;
/** What the same word again is worth beside its first time. */
const REPEAT = 0.1;

/**
 * The piece of a plain text that says most of what was asked, HTML-escaped, each word found in `<mark>` as it stands there.
 * @param found words of the query in `text`, in order
 */
export function snippetOf(
  text: string,
  found: readonly FoundWord[],
  words: readonly Pick<QueryWord, "weight">[],
): string {
  const { start, end } = windowOf(text, found, words);
  let out = start > 0 ? "…" : "";
  let at = start;
  for (const word of found) {
    if (word.start < at || word.end > end) continue;
    out += `${escapeHtml(text.slice(at, word.start))}<mark>${
      escapeHtml(text.slice(word.start, word.end))
    }</mark>`;
    at = word.end;
  }
  out += escapeHtml(text.slice(at, end));
  return end < text.length ? `${out}…` : out;
}

/** The best window, its ends at words, or at sentences where one is near. */
function windowOf(
  text: string,
  found: readonly FoundWord[],
  words: readonly Pick<QueryWord, "weight">[],
): { start: number; end: number } {
  if (text.length <= LENGTH) return { start: 0, end: text.length };
  const { first, last } = bestRun(found, words);
  const span = first === undefined || last === undefined ? 0 : last.end - first.start;
  // What was found stands a little before the middle: what follows a word says more of it than what precedes it.
  const before = Math.max(0, Math.floor((LENGTH - span) / 3));
  const wanted = Math.max(0, Math.min((first?.start ?? 0) - before, text.length - LENGTH));
  const start = startNear(text, wanted, first?.start ?? 0);
  return { start, end: endNear(text, Math.min(text.length, start + LENGTH), last?.end ?? start) };
}

/** Of the runs of found words that fit, the one that is worth most. */
function bestRun(
  found: readonly FoundWord[],
  words: readonly Pick<QueryWord, "weight">[],
): { first?: FoundWord; last?: FoundWord } {
  const counts = new Array<number>(words.length).fill(0);
  let worth = 0;
  const change = (word: FoundWord, by: 1 | -1) => {
    for (const place of word.words) {
      const before = counts[place]!;
      const after = before + by;
      counts[place] = after;
      const isFirst = before === 0 || after === 0;
      worth += by * words[place]!.weight * (isFirst ? 1 : REPEAT);
    }
  };
  let best = -1;
  let run: { first?: FoundWord; last?: FoundWord } = {};
  let from = 0;
  for (let to = 0; to < found.length; to++) {
    change(found[to]!, 1);
    while (from < to && found[to]!.end - found[from]!.start > LENGTH) change(found[from++]!, -1);
    if (worth > best + 1e-9) {
      best = worth;
      run = { first: found[from]!, last: found[to]! };
    }
  }
  return run;
}

/** A start at or before the first word found: after a sentence's end, else after a space. */
function startNear(text: string, wanted: number, latest: number): number {
  if (wanted === 0) return 0;
  const end = Math.min(latest, wanted + SENTENCE_REACH);
  for (let at = wanted; at < end; at++) {
    if (text[at] === " " && ".!?:;".includes(text[at - 1]!)) return at + 1;
  }
  for (let at = wanted; at < Math.min(latest, wanted + WORD_REACH); at++) if (text[at] === " ") return at + 1;
  return isInsidePair(text, wanted) ? wanted + 1 : wanted;
}

/** An end at or after the last word found: at a sentence's end, else before a space. */
function endNear(text: string, wanted: number, earliest: number): number {
  if (wanted >= text.length) return text.length;
  for (let at = wanted; at > Math.max(earliest, wanted - SENTENCE_REACH); at--) {
    if (text[at] === " " && ".!?".includes(text[at - 1]!)) return at;
  }
  for (let at = wanted; at > Math.max(earliest, wanted - WORD_REACH); at--) if (text[at] === " ") return at;
  return isInsidePair(text, wanted) ? wanted - 1 : wanted;
}

/** Whether a cut there would part the two halves of one character. */
function isInsidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!);
}
