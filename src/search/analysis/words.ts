import type { WordFields } from "../book_port.ts";

/** A word of a text: where it stands (UTF-16 units) and the terms it is found by. */
export interface Token {
  start: number;
  end: number;
  terms: string[];
}

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    tokens.push({ start: match.index, end: match.index + match[0].length, terms: [match[0].toLowerCase()] });
  }
  return tokens;
}

/** The words of a chunk as they are written and looked for. */
export function wordsOf(chunk: { title?: string; headingPath: string[]; text: string }): WordFields {
  const words = (text: string) => tokensOf(text).flatMap((token) => token.terms).join(" ");
  return {
    title: words(chunk.title ?? ""),
    headings: words(chunk.headingPath.join(" ")),
    body: words(chunk.text),
  };
}
