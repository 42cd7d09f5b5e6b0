import { costOf } from "./token_estimate.ts";
import { headingText, MAX_HEADING_CHARS } from "./heading_text.ts";
import {
  afterLine,
  closesFence,
  fenceOf,
  hasPipe,
  isBlank,
  isItem,
  isTableRule,
  kindOf,
  type Line,
  lineAt,
  underlineLevel,
} from "./lines.ts";

/** A block of Markdown: a range of its source, without the line end. */
export type Block = HeadingBlock | TextBlock;

export interface HeadingBlock {
  kind: "heading";
  level: number;
  start: number;
  end: number;
  /** Where its own words stand in the source. */
  words: { start: number; end: number };
  /** As it is read. */
  plain: string;
}

export interface TextBlock {
  kind: "paragraph" | "list" | "quote" | "table" | "code" | "lines";
  start: number;
  end: number;
  /** Of a table its rows, of fenced code what is between the fences. */
  inner?: { start: number; end: number };
}

export interface BlockLimits {
  /** Hundredths of a token. */
  headingCost: number;
}

/** A heading for each of so many; those after them are paragraphs. */
const MAX_HEADINGS = 50_000;
const MAX_HEADING_LENGTH = 200;
/** Lines of a paragraph that an underline makes a heading; more are a text above a rule. */
const MAX_UNDERLINED_LINES = 2;
const MAX_FRONT_MATTER_LINES = 200;

/**
 * The blocks of a text, in one pass: what is inside quotes and lists is part of them, however deep. Rules and comments are
 * left out. Lines that look like headings and are too long for one are paragraphs.
 */
export function* readBlocks(text: string, limits: BlockLimits): Generator<Block> {
  let headings = 0;
  const front = frontMatter(text);
  if (front) yield front.block;
  for (let at = front?.next ?? 0;;) {
    const line = lineAt(text, at);
    if (!line) return;
    const kind = kindOf(text, line);
    at = afterLine(line);
    if (kind === "blank" || kind === "rule" || kind === "comment") continue;
    if (kind === "heading") {
      const heading = headings < MAX_HEADINGS ? headingOf(text, line, limits) : undefined;
      if (heading) {
        headings++;
        yield heading;
      } else if (hasWords(text, line)) yield block("paragraph", line, line);
      continue;
    }
    let read: { block: Block; next: number };
    if (kind === "fence") read = readFence(text, line);
    else if (kind === "quote") read = readQuote(text, line);
    else if (kind === "item") read = readList(text, line);
    else {read = readTable(text, line) ??
        readParagraph(text, line, headings < MAX_HEADINGS ? limits : undefined);}
    if (read.block.kind === "heading") headings++;
    yield read.block;
    at = read.next;
  }
}

function block(kind: TextBlock["kind"], first: Line, last: Line): TextBlock {
  return { kind, start: first.start, end: last.end };
}

/** The lines between two of `---` at the very beginning. */
function frontMatter(text: string): { block: TextBlock; next: number } | undefined {
  const first = lineAt(text, 0);
  if (!first || text.slice(0, first.end).trimEnd() !== "---") return undefined;
  let line = lineAt(text, afterLine(first));
  for (let count = 0; line && count < MAX_FRONT_MATTER_LINES; count++) {
    const sign = text.slice(line.start, Math.min(line.end, line.start + 8)).trimEnd();
    if (sign === "---" || sign === "...") {
      const inner = { start: afterLine(first), end: Math.max(afterLine(first), line.start - 1) };
      return { block: { kind: "lines", ...inner }, next: afterLine(line) };
    }
    if (line.body >= line.end) return undefined; // a rule with a text under it
    line = lineAt(text, afterLine(line));
  }
  return undefined;
}

function headingOf(text: string, line: Line, limits: BlockLimits): HeadingBlock | undefined {
  let start = line.body;
  while (text[start] === "#") start++;
  const level = start - line.body;
  return heading(text, { level, start: line.start, end: line.end, words: { start, end: line.end } }, limits);
}

function heading(
  text: string,
  { level, start, end, words }: {
    level: number;
    start: number;
    end: number;
    words: { start: number; end: number };
  },
  limits: BlockLimits,
): HeadingBlock | undefined {
  if (words.end - words.start > MAX_HEADING_CHARS) return undefined;
  const raw = text.slice(words.start, words.end);
  const own = raw.replace(/[ \t\r]#{1,1000}[ \t\r]*$/, "");
  const from = words.start + (own.length - own.trimStart().length);
  const to = words.start + own.trimEnd().length;
  const plain = headingText(own);
  if (plain === "" || plain.length > MAX_HEADING_LENGTH) return undefined;
  if (costOf(text, start, end) > limits.headingCost || costOf(plain, 0, plain.length) > limits.headingCost) {
    return undefined;
  }
  return { kind: "heading", level, start, end, words: { start: from, end: Math.max(from, to) }, plain };
}

/** `#` alone says nothing. */
function hasWords(text: string, line: Line): boolean {
  let at = line.body;
  while (text[at] === "#") at++;
  return !isBlank(text, at, line.end);
}

/** To its closing fence; without one, to the end of the text, as Markdown has it. */
function readFence(text: string, first: Line): { block: TextBlock; next: number } {
  const fence = fenceOf(text, first)!;
  const start = Math.min(afterLine(first), text.length);
  for (let line = lineAt(text, start); line; line = lineAt(text, afterLine(line))) {
    if (!closesFence(text, line, fence)) continue;
    const inner = { start, end: Math.max(start, line.start - 1) };
    return { block: { ...block("code", first, line), inner }, next: afterLine(line) };
  }
  const inner = { start, end: text.length };
  return { block: { kind: "code", start: first.start, end: text.length, inner }, next: text.length };
}

function readQuote(text: string, first: Line): { block: TextBlock; next: number } {
  let last = first;
  for (let line = lineAt(text, afterLine(last)); line; line = lineAt(text, afterLine(line))) {
    if (kindOf(text, line) !== "quote") break;
    last = line;
  }
  return { block: block("quote", first, last), next: afterLine(last) };
}

/** Items, what is indented under them, and code between fences in them, to the first line that is none of these. */
function readList(text: string, first: Line): { block: TextBlock; next: number } {
  let last = first;
  let afterBlank = false;
  let fence = openedIn(text, first);
  for (let line = lineAt(text, afterLine(last)); line; line = lineAt(text, afterLine(line))) {
    const kind = kindOf(text, line);
    if (kind === "blank") {
      afterBlank = true;
      continue;
    }
    // Code ends with the list's indent too: a fence that is never closed takes no more than its item.
    if (line.indent === 0 && kind !== "item" && (afterBlank || (kind !== "text" && !fence))) break;
    if (line.indent === 0 && kind === "text" && isTableRule(text, line)) break;
    if (fence) {
      if (closesFence(text, line, fence)) fence = undefined;
    } else if (line.indent > 0) {
      fence = fenceOf(text, line);
    } else if (kind === "item") fence = openedIn(text, line);
    afterBlank = false;
    last = line;
  }
  return { block: block("list", first, last), next: afterLine(last) };
}

/** The fence that an item begins with. */
function openedIn(text: string, line: Line): { sign: string; length: number } | undefined {
  const head = /^(?:[-*+]|\d{1,9}[.)])[ \t]+/.exec(text.slice(line.body, Math.min(line.end, line.body + 40)));
  return head ? fenceOf(text, { ...line, body: line.body + head[0].length }) : undefined;
}

function readTable(text: string, first: Line): { block: TextBlock; next: number } | undefined {
  if (!hasPipe(text, first)) return undefined;
  const rule = lineAt(text, afterLine(first));
  if (!rule || !isTableRule(text, rule)) return undefined;
  let last = rule;
  for (
    let line = lineAt(text, afterLine(rule));
    line && hasPipe(text, line);
    line = lineAt(text, afterLine(line))
  ) {
    last = line;
  }
  const inner = { start: Math.min(afterLine(rule), last.end), end: last.end };
  return { block: { ...block("table", first, last), inner }, next: afterLine(last) };
}

/** To a blank line or the beginning of another block. An underline under one or two lines makes a heading of them. */
function readParagraph(
  text: string,
  first: Line,
  limits: BlockLimits | undefined,
): { block: Block; next: number } {
  let last = first;
  let lines = 1;
  for (let line = lineAt(text, afterLine(last)); line; line = lineAt(text, afterLine(line))) {
    const level = limits && lines <= MAX_UNDERLINED_LINES ? underlineLevel(text, line) : undefined;
    if (level && limits) {
      const words = { start: first.body, end: last.end };
      const found = heading(text, { level, start: first.start, end: line.end, words }, limits);
      if (found) return { block: found, next: afterLine(line) };
    }
    const kind = kindOf(text, line);
    // A number within a paragraph begins no list, unless it is a first one.
    const goesOn = kind === "text" || (kind === "item" && !beginsList(text, line));
    if (!goesOn) break;
    if (hasPipe(text, line)) {
      const next = lineAt(text, afterLine(line));
      if (next && isTableRule(text, next)) break;
    }
    last = line;
    lines++;
  }
  return { block: block("paragraph", first, last), next: afterLine(last) };
}

function beginsList(text: string, line: Line): boolean {
  return isItem(text, line) && /^(?:[-*+]|1[.)])/.test(text.slice(line.body, line.body + 2));
}
