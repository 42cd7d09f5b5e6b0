import { mirrorBrackets, RTL_LETTER } from "../../visual_order.ts";

/** A piece of text as it stands on a line. */
export interface VisualPiece {
  text: string;
  /** Whether white space stands before it. */
  gap: boolean;
}

/** Pieces between two brackets that are looked through. */
const MAX_BRACKETED = 100;
const EDGE = /[\s()[\]{}<>"',.:;!?]/;

type Direction = "ltr" | "rtl" | "neutral";

/**
 * Items left to right into the order they are read in. Inside an item that has right-to-left letters pdf.js has turned
 * the words round already, brackets apart; an item of neither direction takes that of its neighbours, or the line's.
 */
export function logicalOrder(pieces: VisualPiece[], rtl: boolean): string {
  if (!rtl && !pieces.some(({ text }) => RTL_LETTER.test(text))) {
    return pieces.map(({ text, gap }) => (gap ? " " : "") + text).join("");
  }
  const visual = pieces.flatMap(withoutEdges);
  const runs: { direction: "ltr" | "rtl"; pieces: string[] }[] = [];
  const directions = visual.map(({ text }) => directionOf(text));
  bindBrackets(visual.map(({ text }) => text), directions);
  const line = rtl ? "rtl" : "ltr";
  for (const [i, { text, gap }] of visual.entries()) {
    const own = directions[i]!;
    const direction = own !== "neutral" ? own : neutralDirection(directions, i, line);
    const mirrored = direction === "rtl" && (own === "neutral" || RTL_LETTER.test(text))
      ? mirrorBrackets(text)
      : text;
    const last = runs[runs.length - 1];
    // A gap belongs to the run on both whose sides it lies, else to the line.
    if (last?.direction === direction) {
      if (gap) last.pieces.push(" ");
      last.pieces.push(mirrored);
    } else {
      if (gap) runs.push({ direction: line, pieces: [" "] });
      runs.push({ direction, pieces: [mirrored] });
    }
  }
  const read = runs.map(({ direction, pieces }) =>
    (direction === "rtl" ? pieces.toReversed() : pieces).join("")
  );
  if (rtl) return read.toReversed().join("");
  return mergeRtl(runs.map(({ direction }) => direction), read);
}

/** What stands at the ends of a Latin word or a number, sign by sign: it is the line's, not the word's. */
function withoutEdges({ text, gap }: VisualPiece): VisualPiece[] {
  const direction = directionOf(text);
  if (direction === "rtl") return [{ text, gap }];
  let start = 0, end = text.length;
  while (start < end && EDGE.test(text[start]!)) start++;
  while (end > start && EDGE.test(text[end - 1]!)) end--;
  // `X (2.1)` in one piece keeps its brackets.
  const unclosed = bracketDepth(text.slice(start, end));
  if (unclosed > 0 && bracketDepth(text[end] ?? "") < 0) end++;
  if (unclosed < 0 && bracketDepth(text[start - 1] ?? "") > 0) start--;
  return [...text.slice(0, start), text.slice(start, end), ...text.slice(end)]
    .filter((piece) => piece !== "")
    .map((piece, i) => ({ text: piece, gap: gap && i === 0 }));
}

/** How many more brackets open than close. */
function bracketDepth(text: string): number {
  return (text.match(/[([{]/g)?.length ?? 0) - (text.match(/[)\]}]/g)?.length ?? 0);
}

/** Brackets round nothing but Latin words and numbers go with them: `Model X (2.1)`. */
function bindBrackets(texts: readonly string[], directions: Direction[]): void {
  for (let open = 0; open < texts.length; open++) {
    if (!/^[([{]$/.test(texts[open]!)) continue;
    let close = open + 1;
    while (
      close < texts.length && close - open < MAX_BRACKETED && directions[close] !== "rtl" &&
      !/^[)\]}]$/.test(texts[close]!)
    ) close++;
    const words = directions.slice(open, close).includes("ltr");
    if (words && /^[)\]}]$/.test(texts[close] ?? "")) directions.fill("ltr", open, close + 1);
  }
}

/** On a left-to-right line, neighbouring right-to-left runs are read from the right. */
function mergeRtl(directions: readonly Direction[], read: readonly string[]): string {
  let out = "";
  for (let i = 0; i < read.length;) {
    let last = i;
    if (directions[i] === "rtl") {
      for (let j = i + 1; j < read.length && (directions[j] === "rtl" || read[j]!.trim() === ""); j++) {
        if (directions[j] === "rtl") last = j;
      }
    }
    out += last > i ? read.slice(i, last + 1).toReversed().join("") : read[i]!;
    i = last + 1;
  }
  return out;
}

function directionOf(text: string): Direction {
  if (RTL_LETTER.test(text)) return "rtl";
  return /[\p{L}\p{N}]/u.test(text) ? "ltr" : "neutral";
}

function neutralDirection(directions: readonly Direction[], at: number, line: "ltr" | "rtl"): "ltr" | "rtl" {
  const before = directions.slice(Math.max(0, at - 20), at).findLast((each) => each !== "neutral");
  const after = directions.slice(at + 1, at + 20).find((each) => each !== "neutral");
  return before !== undefined && before === after ? before : line;
}
