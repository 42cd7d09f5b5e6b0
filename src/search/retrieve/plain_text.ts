/** Markdown as a reader sees it: marks go, words stay, all on one line. One walk over the text, no look back. */
export function plainTextOf(markdown: string): string {
  let out = "";
  let isFenced = false;
  for (const line of markdown.split("\n")) {
    const trimmed = line.trim();
    if (trimmed.startsWith("```") || trimmed.startsWith("~~~")) {
      isFenced = !isFenced;
      continue;
    }
    if (trimmed === "") continue;
    const text = isFenced ? trimmed : inlineText(withoutLineMarks(trimmed));
    if (text !== "") out += out === "" ? text : ` ${text}`;
  }
  return out.replaceAll(/\s+/g, " ").trim();
}

/** Without the marks a line begins with (heading, quote, list); empty where it is a rule or a table's second row. */
function withoutLineMarks(line: string): string {
  if (/^[-=*_:|\s]+$/.test(line)) return "";
  return line.replace(/^(?:[>\s]+|#{1,6}\s+|[-*+]\s+|\d{1,9}[.)]\s+)+/, "");
}

const IS_LETTER = /[\p{L}\p{N}]/u;

function inlineText(line: string): string {
  if (!/[\\`*_~|[\]<&]/.test(line)) return line;
  let out = "";
  let isCode = false;
  // What was looked for in vain, or is further on, is not looked for again: a line of nothing but marks stays linear.
  let tagEnd = 0;
  let noTargetBefore = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === "`") {
      isCode = !isCode;
    } else if (isCode) {
      out += char;
    } else if (char === "\\" && at + 1 < line.length && !IS_LETTER.test(line[at + 1]!)) {
      out += line[++at];
    } else if (char === "*" || char === "~") {
      // A lone one between spaces is a sign of its own.
      if (line[at - 1] === " " && line[at + 1] === " ") out += char;
    } else if (char === "_") {
      const isInside = IS_LETTER.test(line[at - 1] ?? "") && IS_LETTER.test(line[at + 1] ?? "");
      if (isInside) out += char;
    } else if (char === "|") {
      out += " ";
    } else if (char === "!" && line[at + 1] === "[") {
      // its words follow
    } else if (char === "[") {
      // its words follow
    } else if (char === "]") {
      if (line[at + 1] === "(" && at >= noTargetBefore) {
        const end = endOfTarget(line, at + 1);
        if (end === undefined) noTargetBefore = at + MAX_TARGET;
        else at = end;
      }
    } else if (char === "<") {
      if (tagEnd < at) tagEnd = indexOrEnd(line, ">", at);
      const end = tagEnd;
      const inside = end === line.length || end - at > MAX_TARGET ? undefined : line.slice(at + 1, end);
      if (inside !== undefined && /^https?:/.test(inside)) {
        out += inside;
        at = end;
      } else if (inside !== undefined && /^\/?[a-z]/i.test(inside)) {
        out += " ";
        at = end;
      } else out += char;
    } else out += char;
  }
  return out;
}

/** Longest address or tag, in characters. */
const MAX_TARGET = 4_000;

function indexOrEnd(line: string, char: string, from: number): number {
  const at = line.indexOf(char, from);
  return at < 0 ? line.length : at;
}

/** Where the `(target)` that begins at `at` ends; undefined where it does not: then it is text. */
function endOfTarget(line: string, at: number): number | undefined {
  let depth = 0;
  const end = Math.min(line.length, at + MAX_TARGET);
  for (let i = at; i < end; i++) {
    const char = line[i];
    if (char === "\\") i++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i;
  }
  return undefined;
}
