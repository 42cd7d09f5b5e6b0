import { z } from "@hono/zod-openapi";
import type { Passage } from "../../search/retrieval_port.ts";
import { brand, instant, instantOf } from "./common.ts";

/** A passage as it is shown, by a search and as the source of an answer. */

export const documentId = z.string().regex(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/,
  "is not the id of a document",
)
  .openapi({ description: "Id of a document", example: "doc_5e1f0c3a9b7d2e4f60815a3c" });

export const source = z.enum(["scrape", "upload"]).openapi({
  description: "`scrape`: read off a page; `upload`: handed in",
});

export const chunkId = z.string().openapi({ example: "doc_5e1f0c3a9b7d2e4f60815a3c-9f2c41d07ab35e68" });

export const passageFields = {
  chunk_id: chunkId,
  document_id: documentId,
  score: z.number().openapi({ description: "Of reciprocal rank fusion: comparable within one answer only" }),
  keyword_rank: z.int().nullable().openapi({
    description: "Place among those found by words, from 1; null: not among them",
  }),
  vector_rank: z.int().nullable().openapi({
    description: "Place among those found by vectors, from 1; null: not among them",
  }),
  coverage: z.number().openapi({
    description: "How much of the query its words have, rare ones weighing more: 0 to 1",
  }),
  snippet: z.string().openapi({
    description: "The place that was found, as HTML: escaped, the words found in `<mark>`",
    example: "Weight <mark>14.8</mark> kg",
  }),
  text: z.string().openapi({ description: "The whole passage, Markdown" }),
  title: z.string().optional(),
  heading_path: z.array(z.string()).openapi({ description: "Headings above it, outermost first" }),
  page: z.int().optional().openapi({ description: "Of a PDF, the page it begins on" }),
  url: z.string().optional(),
  brand: brand.optional(),
  lang: z.string().openapi({ example: "en" }),
  kind: z.string().optional(),
  source,
  tags: z.array(z.string()),
  fetched_at: instant,
  age_s: z.int().openapi({ description: "Seconds since `fetched_at`" }),
  content_hash: z.string().openapi({ description: "SHA-256 of the document's text" }),
};

export const passageSchema = z.object(passageFields).openapi("Passage");

export function passageBody(passage: Passage, nowMs: number): z.input<typeof passageSchema> {
  return {
    chunk_id: passage.chunkId,
    document_id: passage.documentId,
    score: passage.score,
    keyword_rank: passage.keywordRank ?? null,
    vector_rank: passage.vectorRank ?? null,
    coverage: passage.coverage,
    snippet: passage.snippet,
    text: passage.text,
    title: passage.title,
    heading_path: passage.headingPath,
    page: passage.page,
    url: passage.url,
    brand: passage.brand,
    lang: passage.lang,
    kind: passage.kind,
    source: passage.source,
    tags: passage.tags ?? [],
    fetched_at: instantOf(passage.fetchedMs),
    age_s: ageS(passage.fetchedMs, nowMs),
    content_hash: passage.contentHash,
  };
}

/** A site's clock may be ahead of ours; nothing is younger than now. */
export function ageS(ms: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - ms) / 1000));
}
