/** What of a heading is read on is looked at; longer ones are no headings. */
export const MAX_HEADING_CHARS = 1000;

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/**
 * A heading as it is read: links and images by their texts, marks, tags and escapes undone. At most `MAX_HEADING_CHARS` of
 * `source` are looked at, so that no pattern here meets a long text.
 */
export function headingText(source: string): string {
  // What is escaped is put aside as private characters, so that it is not taken for markup.
  const aside: string[] = [];
  let text = source.slice(0, MAX_HEADING_CHARS).replace(/[\ue000-\uf8ff]/g, " ")
    .replace(/\\([!-/:-@[-`{-~])/g, (_, sign: string) => String.fromCharCode(0xe000 + aside.push(sign) - 1));
  text = text
    .replace(/!?\[([^\][]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+"[^"]*")?\)/g, "$1")
    .replace(/!?\[([^\][]*)\]\[[^\][]*\]/g, "$1")
    .replace(/<\/?[a-z][^<>]*>/gi, " ")
    .replace(/[*`]+|~~/g, "")
    .replace(/(^|[^\p{L}\p{N}_])_{1,3}|_{1,3}(?=$|[^\p{L}\p{N}_])/gu, "$1")
    .replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,4});/gi, (whole, name: string) => entity(name) ?? whole);
  text = text.replace(/[\ue000-\uf8ff]/g, (char) => aside[char.charCodeAt(0) - 0xe000] ?? "");
  return text.replace(/\s+/g, " ").trim();
}

function entity(name: string): string | undefined {
  if (!name.startsWith("#")) return NAMED[name.toLowerCase()];
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
