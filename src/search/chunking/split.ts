import { afterLine, isItem, lineAt } from "./lines.ts";
import { pack, type Unit } from "./pack.ts";
import { costOf, measure } from "./token_estimate.ts";

/** Where a text may be cut: the places where a next part begins, ascending, between `start` and `end`. */
export type Cuts = (text: string, start: number, end: number) => Iterable<number>;

/** Cut at the first of these that helps, and what is still too long at the next. */
export const CUTS_OF: Record<"paragraph" | "list" | "quote" | "lines" | "rows", readonly Cuts[]> = {
  paragraph: [sentenceCuts, lineCuts, wordCuts],
  list: [topItemCuts, itemCuts, blankCuts, sentenceCuts, lineCuts, wordCuts],
  quote: [emptyQuoteCuts, sentenceCuts, lineCuts, wordCuts],
  lines: [blankCuts, lineCuts, wordCuts],
  rows: [lineCuts, sentenceCuts, wordCuts],
};

/**
 * `text` from `start` to `end` in parts of at most `limit` (hundredths of a token). Parts that follow each other without a
 * gap may be put together again as they stand in the source.
 */
export function* split(
  text: string,
  { start, end }: { start: number; end: number },
  cuts: readonly Cuts[],
  limit: number,
): Generator<Unit> {
  const cost = costOf(text, start, end);
  if (cost <= limit) {
    if (cost > 0) yield { start, end, cost };
    return;
  }
  const [first, ...finer] = cuts;
  if (!first) {
    yield* hardCut(text, { start, end }, limit);
    return;
  }
  for (const group of pack(text, apart(partsOf(text, { start, end }, first, finer, limit)), limit)) {
    yield {
      start: group[0]!.start,
      end: group.at(-1)!.end,
      cost: group.reduce((sum, unit) => sum + unit.cost, 0),
    };
  }
}

function* partsOf(
  text: string,
  { start, end }: { start: number; end: number },
  cuts: Cuts,
  finer: readonly Cuts[],
  limit: number,
): Generator<Unit> {
  let from = start;
  for (const cut of cuts(text, start, end)) {
    if (cut <= from || cut >= end) continue;
    yield* split(text, { start: from, end: cut }, finer, limit);
    from = cut;
  }
  yield* split(text, { start: from, end }, finer, limit);
}

/** Where white space too long for a passage was left out, what is on both sides of it is not one text. */
function* apart(units: Iterable<Unit>): Generator<Unit> {
  let end: number | undefined;
  for (const unit of units) {
    yield end !== undefined && end !== unit.start ? { ...unit, apart: true } : unit;
    end = unit.end;
  }
}

/** A word, or white space, longer than a passage. */
function* hardCut(
  text: string,
  { start, end }: { start: number; end: number },
  limit: number,
): Generator<Unit> {
  for (let at = start; at < end;) {
    const part = measure(text, at, end, limit);
    const unit = { start: at, end: part.end, cost: Math.max(1, costOf(text, at, part.end)) };
    if (!isSpace(text, at, part.end)) yield unit;
    at = part.end;
  }
}

function isSpace(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpaceAt(text, at)) return false;
  return true;
}

function isSpaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= 0x20 || code === 0xa0 || (code >= 0x2000 && /\s/.test(text[at]!));
}

/** At each line. */
function* lineCuts(text: string, start: number, end: number): Generator<number> {
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) yield at + 1;
}

/** At each line after a blank one. */
function* blankCuts(text: string, start: number, end: number): Generator<number> {
  let afterBlank = false;
  for (let line = lineAt(text, start); line && line.start < end; line = lineAt(text, afterLine(line))) {
    const blank = line.body >= line.end;
    if (!blank && afterBlank) yield line.start;
    afterBlank = blank;
  }
}

/** At the items that stand as far left as the first. */
function* topItemCuts(text: string, start: number, end: number): Generator<number> {
  const left = (lineAt(text, start)?.indent ?? 0) + 1;
  for (let line = lineAt(text, start); line && line.start < end; line = lineAt(text, afterLine(line))) {
    if (line.indent <= left && isItem(text, line)) yield line.start;
  }
}

/** At every item, however deep. */
function* itemCuts(text: string, start: number, end: number): Generator<number> {
  for (let line = lineAt(text, start); line && line.start < end; line = lineAt(text, afterLine(line))) {
    if (isItem(text, line)) yield line.start;
  }
}

/** After each line of a quote that says nothing. */
function* emptyQuoteCuts(text: string, start: number, end: number): Generator<number> {
  let afterEmpty = false;
  for (let line = lineAt(text, start); line && line.start < end; line = lineAt(text, afterLine(line))) {
    let at = line.body;
    while (at < line.end && (text[at] === ">" || isSpaceAt(text, at))) at++;
    const empty = at >= line.end;
    if (!empty && afterEmpty) yield line.start;
    afterEmpty = empty;
  }
}

const SENTENCE_END = new Set([..."?!.…\u05c3\u061f\u06d4。！？"].map((sign) => sign.charCodeAt(0)));
const CLOSING = new Set([..."\"')]}*_`»”’״׳"].map((sign) => sign.charCodeAt(0)));
/** Such signs end a sentence without a space after them. */
const FULL_WIDTH = new Set([..."。！？"].map((sign) => sign.charCodeAt(0)));

/** After each sentence, as far as signs tell: `e.g. this`, `Mr. X` and `3. x` are no ends. */
function* sentenceCuts(text: string, start: number, end: number): Generator<number> {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      // A line that was broken on purpose.
      if (text[at - 1] === "\\" || (text[at - 1] === " " && text[at - 2] === " ")) yield at + 1;
      continue;
    }
    if (!SENTENCE_END.has(code)) continue;
    const sign = at;
    while (at + 1 < end && SENTENCE_END.has(text.charCodeAt(at + 1))) at++;
    while (at + 1 < end && CLOSING.has(text.charCodeAt(at + 1))) at++;
    let next = at + 1;
    while (next < end && isSpaceAt(text, next)) next++;
    if (next >= end) return;
    if (next === at + 1 && !FULL_WIDTH.has(code)) continue;
    if (code !== 0x2e || endsSentence(text, sign, next, start)) yield next;
    at = next - 1;
  }
}

/** Whether a full stop ends a sentence. */
function endsSentence(text: string, stop: number, next: number, start: number): boolean {
  if (/[a-z,;]/.test(text[next]!)) return false;
  let from = stop;
  while (from > start && stop - from < 4 && /[\p{L}\p{N}]/u.test(text[from - 1]!)) from--;
  const word = text.slice(from, stop);
  return !/^(?:\p{L}|\d{1,3}|Dr|Mr|Mrs|Ms|St|No|Nr|vs|Fig)$/u.test(word);
}

/** After each stretch of white space. */
function* wordCuts(text: string, start: number, end: number): Generator<number> {
  let space = false;
  for (let at = start; at < end; at++) {
    const now = isSpaceAt(text, at);
    if (space && !now) yield at;
    space = now;
  }
}
