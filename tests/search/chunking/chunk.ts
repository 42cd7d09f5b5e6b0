import { chunkDocument } from "../../../src/search/chunking/mod.ts";
import type { Chunk } from "../../../src/search/index_port.ts";

/** Chunks of a text. */
export function chunk(
  markdown: string,
  { maxTokens = 100, ...rest }: {
    maxTokens?: number;
    title?: string;
    pages?: { number: number; start: number }[];
  } = {},
): Chunk[] {
  return chunkDocument({ markdown, ...rest }, { maxTokens });
}

/** `count` different words, after which a sentence ends. Numbers are spelled, so that each word is a token or two. */
export function sentence(count: number, name: string): string {
  const spelled = (text: string) => text.replace(/\d/g, (digit) => "abcdefghij"[Number(digit)]!);
  return Array.from({ length: count }, (_, i) => spelled(`${name}${i}`)).join(" ") + ".";
}

/** A paragraph of sentences of ten words, each word another. */
export function paragraph(sentences: number, name: string): string {
  return Array.from({ length: sentences }, (_, i) => sentence(10, `${name}x${i}y`)).join(" ");
}
