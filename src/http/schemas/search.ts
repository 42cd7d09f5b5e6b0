import { z } from "@hono/zod-openapi";
import type { SearchAnswer, SearchFilters, SearchQuery } from "../../search/retrieval_port.ts";
import { brand, givenInstant, tag, wholeQuery } from "./common.ts";
import { chunkId, documentId, passageBody, passageSchema, source } from "./passage.ts";

/** What is asked of the index, in a body and in a query string, and what it answers. */

const MODES = ["hybrid", "vector", "keyword"] as const;
const MAX_QUERY_CHARS = 2000;
export const MAX_K = 100;
const MAX_PER_PAGE = 10;
const MAX_AGE_S = 604_800;

/** Any address a document may have; nothing is fetched from it here. */
export const urlPrefix = z.string().min(1).max(8192).openapi({
  description: "Only documents whose URL begins with it",
  example: "https://example.com/products/",
});

/** `he-IL` finds what `he` does: collections are by primary language. */
export const lang = z.string().regex(
  /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/,
  "must be a language tag such as he or en",
)
  .transform((text) => text.toLowerCase().split("-")[0]!)
  .openapi({ type: "string", description: "Only passages of this language (`he`, `en`, …)", example: "he" });

const kind = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "must match [a-z][a-z0-9_-]{0,31}").openapi({
  description: "Kind of page: `article`, `product`, `listing`, `forum`, `documentation`",
  example: "product",
});

/** What a person types; blanks alone ask for nothing. */
const queryText = z.string().min(1).max(MAX_QUERY_CHARS).regex(/\S/, "must have more than blanks").openapi({
  description:
    "Words, in any language; typos, Hebrew prefixes and model numbers spelled otherwise are seen to",
  example: "stage piano weight",
});

const k = z.int().min(1).max(MAX_K);
const perPage = z.int().min(1).max(MAX_PER_PAGE);
const fetchedFrom = givenInstant("Only what was fetched (or handed in) at this time or later");
const fetchedBefore = givenInstant("Only what was fetched (or handed in) before this time");
const mode = z.enum(MODES).default("hybrid").openapi({
  description: "`hybrid`: words and vectors, ranks fused; `keyword`: words alone; `vector`: vectors alone",
});
const groupBy = z.enum(["page"]).optional().openapi({
  description: "`page`: `k` counts pages, not passages",
});

export const searchFilters = z.strictObject({
  kind: kind.optional(),
  kinds: z.array(kind).min(1).max(20).optional().openapi({ description: "One of these kinds" }),
  tags: z.array(tag).min(1).max(20).optional().openapi({ description: "All of these tags" }),
  source: source.optional(),
  document_id: documentId.optional(),
  url_prefix: urlPrefix.optional(),
  fetched_from: fetchedFrom.optional(),
  fetched_before: fetchedBefore.optional(),
}).openapi("SearchFilters", { description: "What a passage must be; every condition given must hold" });

type Filters = z.output<typeof searchFilters>;

/** Words of the wire to those of the port; undefined where nothing is asked for. */
export function filtersOf(filters: Filters | undefined): SearchFilters | undefined {
  if (filters === undefined) return undefined;
  const { kind, kinds, tags, source, document_id, url_prefix, fetched_from, fetched_before } = filters;
  const all = defined<SearchFilters>({
    kinds: kind === undefined ? kinds : [...new Set([kind, ...kinds ?? []])],
    tags,
    source,
    documentId: document_id,
    urlPrefix: url_prefix,
    fetchedFromMs: fetched_from,
    fetchedBeforeMs: fetched_before,
  });
  return Object.keys(all).length === 0 ? undefined : all;
}

interface Grouping {
  group_by?: "page";
  per_page?: number;
}

function groupedOnly<S extends z.ZodType<Grouping>>(schema: S): S {
  return schema.refine(
    ({ group_by, per_page }: Grouping) => per_page === undefined || group_by !== undefined,
    {
      path: ["per_page"],
      message: "goes with `group_by`",
    },
  ) as S;
}

export const newSearch = groupedOnly(z.strictObject({
  query: queryText,
  k: k.default(10).openapi({ description: "Passages at most (pages, where grouped)" }),
  mode,
  brand: brand.optional().openapi({ description: "Only this brand's documents" }),
  lang: lang.optional(),
  filters: searchFilters.optional(),
  group_by: groupBy,
  per_page: perPage.optional().openapi({
    description: "Passages of one page at most, where grouped. Default 3",
  }),
  max_age_s: z.int().min(0).max(MAX_AGE_S).default(0).openapi({
    description:
      "An answer no older than this may come from the cache; 0: none. A change of the index ends them all",
  }),
})).openapi("NewSearch", {
  example: { query: "how heavy is the stage piano", k: 5, filters: { kind: "product" } },
});

/** The same for a browser's address line. One `kind` and one `tag` only: a body takes more. */
export const searchQuery = groupedOnly(z.strictObject({
  q: queryText,
  k: wholeQuery(1, MAX_K, 10, "Passages at most (pages, where grouped)"),
  mode,
  brand: brand.optional().openapi({ description: "Only this brand's documents" }),
  lang: lang.optional(),
  kind: kind.optional(),
  tag: tag.optional().openapi({ description: "Only documents with this tag" }),
  source: source.optional(),
  document_id: documentId.optional(),
  url_prefix: urlPrefix.optional(),
  fetched_from: fetchedFrom.optional(),
  fetched_before: fetchedBefore.optional(),
  group_by: groupBy,
  per_page: z.string().regex(/^\d{1,3}$/, "must be a whole number").transform(Number).pipe(perPage).optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: MAX_PER_PAGE,
      description: "Passages of one page at most, where grouped. Default 3",
    }),
  max_age_s: wholeQuery(0, MAX_AGE_S, 0, "An answer no older than this may come from the cache"),
}));

export type NewSearch = z.output<typeof newSearch>;

/** A query string as the body it stands for. */
export function newSearchOf(query: z.output<typeof searchQuery>): NewSearch {
  const { q, k, mode, brand, lang, group_by, per_page, max_age_s, tag, ...filters } = query;
  return {
    query: q,
    k,
    mode,
    brand,
    lang,
    group_by,
    per_page,
    max_age_s,
    filters: { ...filters, tags: tag === undefined ? undefined : [tag] },
  };
}

export function searchQueryOf(
  { query, k, mode, brand, lang, filters, group_by, per_page }: NewSearch,
): SearchQuery {
  return defined<SearchQuery>({
    query,
    k,
    mode,
    brand,
    lang,
    filters: filtersOf(filters),
    groupBy: group_by,
    perPage: per_page,
  });
}

export const searchAnswer = z.object({
  query: z.string(),
  mode: z.enum(MODES),
  k: z.int(),
  degraded: z.boolean().openapi({
    description: "Vectors could not be asked, so words alone were; `degraded_reason` says why",
  }),
  degraded_reason: z.string().optional(),
  cached: z.boolean(),
  age_s: z.number().optional().openapi({ description: "Of a cached answer" }),
  took_ms: z.number(),
  corrections: z.array(z.object({ from: z.string(), to: z.array(z.string()) })).openapi({
    description: "Words that no document has, and what was looked for in their place",
  }),
  passages: z.array(passageSchema).openapi({ description: "Best first; where grouped, page by page" }),
  pages: z.array(z.object({
    document_id: documentId,
    url: z.string().optional(),
    title: z.string().optional(),
    brand: brand.optional(),
    score: z.number(),
    chunk_ids: z.array(chunkId).openapi({ description: "Its passages, best first" }),
  })).optional().openapi({ description: "Where grouped: pages, best first" }),
}).openapi("SearchAnswer");

export function searchBody(
  asked: NewSearch,
  answer: SearchAnswer & { cached: boolean; ageS: number },
  nowMs = Date.now(),
): z.input<typeof searchAnswer> {
  return {
    query: asked.query,
    mode: asked.mode,
    k: asked.k,
    degraded: answer.degraded,
    degraded_reason: answer.degradedReason,
    cached: answer.cached,
    age_s: answer.cached ? answer.ageS : undefined,
    took_ms: answer.tookMs,
    corrections: answer.corrections,
    passages: answer.passages.map((passage) => passageBody(passage, nowMs)),
    pages: answer.pages?.map(({ documentId, url, title, brand, score, passages }) => ({
      document_id: documentId,
      url,
      title,
      brand,
      score,
      chunk_ids: passages,
    })),
  };
}

/** Without what is undefined: what is cached by its words has no such thing. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
