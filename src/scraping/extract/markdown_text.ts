/** The text level of Markdown: what must be escaped, and marks that hold only where no space is inside them. */

/** Escapes what Markdown would read as markup within a line. */
export function escapeText(text: string): string {
  if (!/[\\`*_[\]<~&]/.test(text)) return text;
  return text
    .replace(/[\\`*[\]]/g, "\\$&")
    .replace(/~~/g, "\\~\\~")
    // An underscore within a word is no mark.
    .replace(/(^|[^\p{L}\p{N}])_|_(?=$|[^\p{L}\p{N}])/gu, (match) => match.replace("_", "\\_"))
    .replace(/<(?=[a-zA-Z!/?])/g, "\\<")
    .replace(/&(?=#?[a-zA-Z0-9]{1,32};)/g, "\\&");
}

/** Escapes what would make a line a heading, list, quote or rule. */
export function escapeLineStart(line: string): string {
  if (/^(#{1,6}(\s|$)|>|[-+](\s|$)|[-=]{2,}\s*$)/.test(line)) return "\\" + line;
  // Under a line with a pipe it would make a table of both.
  if (/^[|:\s-]{3,}$/.test(line) && line.includes("-")) return "\\" + line;
  return line.replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}

/** `text` between `sign`s, its outer white space left outside; nothing round nothing. */
export function mark(text: string, sign: string): string {
  const inner = text.trim();
  if (!inner || inner.includes("\n\n")) return text;
  // Marked already: `<b><strong>x</strong></b>`.
  if (inner.startsWith(sign) || inner.endsWith(sign)) return text;
  const start = text.length - text.trimStart().length;
  return text.slice(0, start) + sign + inner + sign + text.slice(start + inner.length);
}

export function inlineCode(text: string): string {
  const inner = text.replace(/\s+/g, " ").trim();
  if (!inner) return text ? " " : "";
  let longest = 0;
  for (const run of inner.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  const ticks = "`".repeat(Math.min(longest, 32) + 1);
  const pad = inner.startsWith("`") || inner.endsWith("`") ? " " : "";
  return ticks + pad + inner + pad + ticks;
}

/** Parentheses that pair up may stand in a link target; others would end it, as would what only `mailto:` leaves in. */
export function markdownUrl(target: string): string {
  const url = /[\s"<>\\]/.test(target) ? target.replace(/[\s"<>\\]/g, encodeURIComponent) : target;
  let depth = 0;
  for (const char of url) {
    if (char === "(") depth++;
    else if (char === ")" && --depth < 0) break;
  }
  return depth === 0 ? url : url.replaceAll("(", "%28").replaceAll(")", "%29");
}
