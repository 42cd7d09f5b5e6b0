import type { Chunk, IndexDocument } from "../index_port.ts";

/** Goes into the index's recipe: a change of where chunks begin and end rebuilds every index. */
export const CHUNKER_VERSION = "1";

/** Cuts a document into passages of at most `maxTokens` tokens. */
export function chunkDocument(
  document: Pick<IndexDocument, "title" | "markdown" | "pages">,
  options: { maxTokens: number },
): Chunk[] {
  const size = options.maxTokens * 4;
  const chunks: Chunk[] = [];
  for (let at = 0; at < document.markdown.length; at += size) {
    const text = document.markdown.slice(at, at + size);
    chunks.push({ ordinal: chunks.length, text, headingPath: [], tokens: Math.ceil(text.length / 4) });
  }
  return chunks;
}
