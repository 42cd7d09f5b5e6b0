import { z } from "@hono/zod-openapi";
import type { IndexBooks } from "../../search/index_port.ts";
import type { SearchStatus } from "../../search/port.ts";
import { batchId, flagQuery, instant, instantOf } from "./common.ts";
import { chromaSchema } from "./health.ts";

/** The index as a whole. */

const generation = z.object({
  number: z.int(),
  state: z.enum(["building", "serving", "retired"]),
  embedder: z.string(),
  recipe: z.string().openapi({ description: "Version of how texts are cut and words are written" }),
  created_at: instant,
  documents: z.int(),
  chunks: z.int(),
  owed_vectors: z.int(),
});

export const indexStatus = z.object({
  documents: z.int(),
  chunks: z.int().openapi({ description: "Passages of the generation that serves" }),
  owed_vectors: z.int().openapi({ description: "Of these, how many vectors are still to be written" }),
  languages: z.record(z.string(), z.int()).openapi({
    description: "Passages by language",
    example: { en: 120, he: 340 },
  }),
  uploads: z.int().openapi({ description: "Documents handed in that are still to be read" }),
  size_bytes: z.int(),
  generations: z.array(generation).openapi({
    description: "One serves; a rebuild makes the next beside it",
  }),
  vector_sync: z.object({
    state: z.enum(["idle", "writing", "waiting", "off"]).openapi({
      description:
        "`idle`: nothing is owed; `waiting`: Chroma or the embedder does not answer, `reason` says which",
    }),
    reason: z.string().optional(),
    retry_at: instant.optional(),
    written: z.int().openapi({ description: "Vectors written since the start" }),
    embedded: z.int().openapi({ description: "Texts embedded since the start" }),
  }),
  embedder: z.object({ id: z.string(), kind: z.enum(["hash", "openai", "transformers"]) }),
  vector_database: chromaSchema,
  rebuild: z.object({ generation: z.int(), documents: z.int(), batch_id: batchId.optional() }).optional(),
}).openapi("IndexStatus");

export function indexStatusBody(status: SearchStatus): z.input<typeof indexStatus> {
  const { vectorSync, rebuild } = status;
  const serving = servingOf(status);
  return {
    documents: status.documents,
    chunks: serving?.chunks ?? 0,
    owed_vectors: serving?.owedVectors ?? 0,
    languages: status.languages,
    uploads: status.uploads,
    size_bytes: status.sizeBytes,
    generations: status.generations.map((each) => ({
      number: each.no,
      state: each.state,
      embedder: each.embedderId,
      recipe: each.recipe,
      created_at: instantOf(each.createdMs),
      documents: each.documents,
      chunks: each.chunks,
      owed_vectors: each.owedVectors,
    })),
    vector_sync: {
      state: vectorSync.state,
      reason: vectorSync.reason,
      retry_at: vectorSync.retryAtMs === undefined ? undefined : instantOf(vectorSync.retryAtMs),
      written: vectorSync.written,
      embedded: vectorSync.embedded,
    },
    embedder: { id: status.embedder.id, kind: status.embedder.kind },
    vector_database: status.vectorDatabase,
    rebuild: rebuild && {
      generation: rebuild.generation,
      documents: rebuild.documents,
      batch_id: rebuild.batchId,
    },
  };
}

export function servingOf({ generations }: Pick<SearchStatus, "generations">) {
  return generations.find(({ state }) => state === "serving");
}

export const booksQuery = z.strictObject({
  deep: flagQuery("Compare ids, not only counts: slow for a large index"),
});

export const indexBooks = z.object({
  store: z.int().openapi({ description: "Passages stored" }),
  words: z.int().openapi({ description: "Passages in the words" }),
  vectors: z.int().nullable().openapi({ description: "Records in Chroma; null where it cannot be asked" }),
  owed_vectors: z.int(),
  owed_removals: z.int(),
  missing_vectors: z.array(z.string()).openapi({
    description: "Up to ten ids that Chroma should have and does not",
  }),
  orphan_vectors: z.array(z.string()).openapi({
    description: "Up to ten ids that Chroma has and should not",
  }),
  balanced: z.boolean(),
  problems: z.array(z.string()),
}).openapi("IndexBooks");

export function indexBooksBody(books: IndexBooks): z.input<typeof indexBooks> {
  return {
    store: books.store,
    words: books.words,
    vectors: books.vectors ?? null,
    owed_vectors: books.owedVectors,
    owed_removals: books.owedRemovals,
    missing_vectors: books.missingVectors,
    orphan_vectors: books.orphanVectors,
    balanced: books.balanced,
    problems: books.problems,
  };
}

export const newRebuild = z.strictObject({
  force: z.boolean().default(false).openapi({
    description: "Also where the index is of today's embedder and settings already",
  }),
}).openapi("NewRebuild", { example: { force: true } });

export const acceptedRebuild = z.object({
  batch_id: batchId,
  documents: z.int().openapi({ description: "Documents to be brought into the new index" }),
  status: z.literal("queued"),
}).openapi("AcceptedRebuild");

export const currentIndex = z.object({ status: z.literal("current") }).openapi("CurrentIndex");
