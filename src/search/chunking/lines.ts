/** Lines of Markdown and what each begins. A line is looked at in one pass from its start. */

export interface Line {
  start: number;
  /** Of its text; the line end follows. */
  end: number;
  /** Of its first character that is no white space; `end` where there is none. */
  body: number;
  /** Columns before `body`. */
  indent: number;
}

export type LineKind = "blank" | "heading" | "fence" | "quote" | "item" | "rule" | "comment" | "text";

const TAB_COLUMNS = 4;
/** More, and the line goes on with what is above it, or is code by its indent. */
const MAX_INDENT = 3;

/** The line that begins at `start`; undefined at the end of the text. */
export function lineAt(text: string, start: number): Line | undefined {
  if (start >= text.length) return undefined;
  let end = text.indexOf("\n", start);
  if (end < 0) end = text.length;
  let body = start;
  let indent = 0;
  for (; body < end; body++) {
    const code = text.charCodeAt(body);
    if (code === 0x20) indent++;
    else if (code === 0x09) indent += TAB_COLUMNS - indent % TAB_COLUMNS;
    else if (code !== 0x0d) break;
  }
  return { start, end, body, indent };
}

/** Where the next line begins. */
export function afterLine(line: Line): number {
  return line.end + 1;
}

export function kindOf(text: string, line: Line): LineKind {
  if (line.body >= line.end) return "blank";
  if (line.indent > MAX_INDENT) return "text";
  switch (text[line.body]) {
    case "#":
      return /^#{1,6}(?:\s|$)/.test(text.slice(line.body, Math.min(line.end, line.body + 8)))
        ? "heading"
        : "text";
    case "`":
    case "~":
      return fenceOf(text, line) ? "fence" : "text";
    case ">":
      return "quote";
    case "<":
      return isComment(text, line) ? "comment" : "text";
    case "_":
      return isRule(text, line) ? "rule" : "text";
    default:
      if (isRule(text, line)) return "rule";
      return isItem(text, line) ? "item" : "text";
  }
}

/** A list's item, whatever its indent. */
export function isItem(text: string, line: Line): boolean {
  return /^(?:[-*+]|\d{1,9}[.)])(?:[ \t]|\r?$)/.test(
    text.slice(line.body, Math.min(line.end, line.body + 12)),
  );
}

/** The fence a line opens, whatever its indent. */
export function fenceOf(text: string, line: Line): { sign: string; length: number } | undefined {
  const sign = text[line.body];
  if (sign !== "`" && sign !== "~") return undefined;
  const length = runLength(text, line.body, line.end, sign);
  if (length < 3) return undefined;
  if (sign === "`") {
    // Code within a line, not the beginning of a block.
    if (text.slice(line.body + length, line.end).includes("`")) return undefined;
  }
  return { sign, length };
}

export function closesFence(text: string, line: Line, fence: { sign: string; length: number }): boolean {
  if (text[line.body] !== fence.sign) return false;
  const length = runLength(text, line.body, line.end, fence.sign);
  return length >= fence.length && isBlank(text, line.body + length, line.end);
}

/** The line under a heading: `=====` or `-----`. */
export function underlineLevel(text: string, line: Line): 1 | 2 | undefined {
  const sign = text[line.body];
  if ((sign !== "=" && sign !== "-") || line.indent > MAX_INDENT) return undefined;
  const length = runLength(text, line.body, line.end, sign);
  if (length < 2 || !isBlank(text, line.body + length, line.end)) return undefined;
  return sign === "=" ? 1 : 2;
}

/** `| --- | :-: |`: what makes the line above it the header of a table. */
export function isTableRule(text: string, line: Line): boolean {
  let dashes = 0, pipes = 0;
  for (let at = line.body; at < line.end; at++) {
    const char = text[at];
    if (char === "-") dashes++;
    else if (char === "|") pipes++;
    else if (char !== ":" && char !== " " && char !== "\t" && char !== "\r") return false;
  }
  return dashes > 0 && pipes > 0;
}

export function hasPipe(text: string, line: Line): boolean {
  return text.slice(line.body, line.end).includes("|");
}

export function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const char = text[at];
    if (char !== " " && char !== "\t" && char !== "\r") return false;
  }
  return true;
}

function runLength(text: string, start: number, end: number, sign: string): number {
  let at = start;
  while (at < end && text[at] === sign) at++;
  return at - start;
}

/** `---`, `* * *`, `___`. */
function isRule(text: string, line: Line): boolean {
  const sign = text[line.body];
  if (sign !== "-" && sign !== "*" && sign !== "_") return false;
  let signs = 0;
  for (let at = line.body; at < line.end; at++) {
    const char = text[at];
    if (char === sign) signs++;
    else if (char !== " " && char !== "\t" && char !== "\r") return false;
  }
  return signs >= 3;
}

/** A line that is one comment and nothing else: nobody reads it. */
function isComment(text: string, line: Line): boolean {
  if (!text.startsWith("<!--", line.body)) return false;
  const close = text.slice(line.body, line.end).indexOf("-->");
  return close >= 0 && isBlank(text, line.body + close + 3, line.end);
}
