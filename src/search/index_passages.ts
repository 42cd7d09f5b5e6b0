import { createHash } from "node:crypto";
import { ANALYSIS_VERSION } from "./analysis/mod.ts";
import { chunkDocument, CHUNKER_VERSION } from "./chunking/mod.ts";
import type { BookDocument, DocumentText } from "./index_book_port.ts";
import type { Chunk, IndexDocument } from "./index_port.ts";

/** A chunk with its name; what is costly to know of it (language, words) is found out when it is written. */
export interface IndexPassage extends Chunk {
  chunkId: string;
}

/** What chunks and words are made by: another one makes another generation. */
export function indexRecipe(maxTokens: number): string {
  return `chunker ${CHUNKER_VERSION}, analysis ${ANALYSIS_VERSION}, ${maxTokens} tokens`;
}

/** The passages of a document. A text that stays under the same headings keeps its name, wherever it moves. */
export function passagesOf(
  document: { documentId: string; title?: string },
  text: DocumentText,
  maxTokens: number,
): IndexPassage[] {
  const seen = new Map<string, number>();
  return chunkDocument({ title: document.title, ...text }, { maxTokens }).map((chunk) => {
    const hash = createHash("sha256").update(JSON.stringify(chunk.headingPath)).update(chunk.text);
    const name = `${document.documentId}:${hash.digest("hex").slice(0, 16)}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { ...chunk, chunkId: times === 1 ? name : `${name}-${times}` };
  });
}

/** SHA-256 (hex) of a text. */
export function contentHashOf(markdown: string): string {
  return createHash("sha256").update(markdown).digest("hex");
}

/** Of all that is stored of a document but its times and its other addresses. */
export function fingerprintOf(document: IndexDocument, contentHash: string): string {
  const { source, url, title, brand, tags, language, kind, contentType, pages } = document;
  const parts = [source, url, title, brand, tags, language, kind, contentType, pages, contentHash];
  return createHash("sha256").update(JSON.stringify(parts.map((part) => part ?? null))).digest("hex");
}

/** What a search may ask of words for. */
export function labelsOf(document: BookDocument, lang: string): string[] {
  const { documentId, source, brand, kind, tags = [] } = document;
  const labels = [`document:${documentId}`, `source:${source}`, `lang:${lang}`];
  if (brand !== undefined) labels.push(`brand:${brand}`);
  if (kind !== undefined) labels.push(`kind:${kind}`);
  for (const tag of tags) labels.push(`tag:${tag}`);
  return labels;
}
