import { z } from "@hono/zod-openapi";
import type { DocumentFilter, StoredChunk, StoredDocument } from "../../search/index_port.ts";
import type { NewDocument } from "../../search/port.ts";
import { ID_PATTERN, ID_RULE } from "../../platform/ids.ts";
import {
  absoluteUrl,
  brand,
  cursor,
  instant,
  instantOf,
  nextLink,
  printable,
  tag,
  tags,
  taskId,
  wholeQuery,
} from "./common.ts";
import { ageS, documentId, source } from "./passage.ts";
import { defined, urlPrefix } from "./search.ts";

/** Documents: handed in, listed, shown, taken out. */

const MAX_TITLE_CHARS = 500;

/** Shown as a link one day: no `javascript:`. */
const documentUrl = absoluteUrl.refine(
  (text) => /^https?:\/\//i.test(text),
  "must be an absolute http or https URL",
)
  .openapi({
    description: "Where it comes from; nothing is fetched from it. The same URL again replaces the document",
    example: "https://example.com/manuals/sp-88",
  });

/** What is said of a document beside its text; the same in a body, a form and a query string. */
const aboutFields = {
  document_id: z.string().regex(ID_PATTERN, ID_RULE).optional().openapi({
    description:
      "An id of yours: the same again replaces the document. Default: made of `url`, else of the content",
    example: "sp-88-manual",
  }),
  url: documentUrl.optional(),
  title: z.string().regex(
    /^[^\p{C}]{1,500}$/u,
    `must be 1 to ${MAX_TITLE_CHARS} characters, none a control character`,
  )
    .optional().openapi({ pattern: printable(MAX_TITLE_CHARS), description: "Default: the document's own" }),
  brand: brand.optional().openapi({ description: "Whose it is" }),
  lang: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/, "must be a language tag such as he or en")
    .optional()
    .openapi({ description: "Its language, where its letters do not tell", example: "en" }),
};

const content = (description: string) =>
  z.string().min(1).regex(/\S/, "must have more than blanks").optional()
    .openapi({ description });

export const newDocument = z.strictObject({
  text: content("Plain text"),
  markdown: content("Markdown"),
  html: content("A page; what is content of it is found as in a scrape"),
  ...aboutFields,
  tags: tags.optional(),
}).refine(
  ({ text, markdown, html }) => [text, markdown, html].filter((each) => each !== undefined).length === 1,
  "give exactly one of text, markdown and html",
).openapi("NewDocument", {
  example: {
    title: "Stage Piano SP-88: owner's manual",
    markdown: "# Care\n\nClean the keys with a soft, dry cloth.\n\n# Weight\n\nThe SP-88 weighs 14.8 kg.",
    brand: "sample-music",
    tags: ["manual"],
  },
});

/** Of a list in one line. */
const tagList = z.string().transform((text) => text.split(",").map((each) => each.trim())).pipe(tags)
  .optional()
  .openapi({ type: "string", description: "Words of yours, with commas between them", example: "manual,en" });

export const documentAbout = z.strictObject({ ...aboutFields, tags: tagList });
export type DocumentAbout = z.output<typeof documentAbout>;

/** A form of one file. For the document alone: a form's fields are checked by `documentAbout`. */
export const documentForm = z.object({
  file: z.string().openapi({ format: "binary", description: "PDF, HTML, Markdown or text" }),
  ...aboutFields,
  tags: tagList,
}).openapi("NewDocumentForm");

export const rawDocument = z.string().openapi({
  format: "binary",
  description: "The document itself; about it in the query",
});

/** A document with what else is said of it; what it says itself goes first. */
export function withAbout(document: NewDocument, about: DocumentAbout): NewDocument {
  return { ...aboutOf(about), ...document };
}

function aboutOf(about: Omit<DocumentAbout, "tags"> & { tags?: string[] }) {
  return defined({
    documentId: about.document_id,
    url: about.url,
    title: about.title,
    brand: about.brand,
    language: about.lang,
    tags: about.tags,
  });
}

const encoder = new TextEncoder();

/** The document of a JSON body. */
export function documentOf(body: z.output<typeof newDocument>): NewDocument {
  const { text, markdown, html } = body;
  const [contentType, words] = text !== undefined
    ? ["text/plain", text]
    : markdown !== undefined
    ? ["text/markdown", markdown]
    : ["text/html", html!];
  return { contentType, bytes: encoder.encode(words), ...aboutOf(body) };
}

export const acceptedDocument = z.object({
  document_id: documentId,
  task_id: taskId,
  status: z.literal("queued"),
}).openapi("AcceptedDocument");

const condition = {
  brand: brand.optional().openapi({ description: "Only this brand's" }),
  source: source.optional(),
  tag: tag.optional().openapi({ description: "Only those with this tag" }),
  url: absoluteUrl.optional().openapi({ description: "The one of this URL, or of a URL that led to it" }),
  url_prefix: urlPrefix.optional(),
};

export const documentQuery = z.strictObject({
  ...condition,
  limit: wholeQuery(1, 200, 50, "Most documents on one page"),
  cursor: cursor.optional(),
});

export const documentRemoval = z.strictObject(condition).refine(
  (conditions) => Object.values(conditions).some((each) => each !== undefined),
  "give at least one of brand, source, tag, url and url_prefix",
);

export function documentFilterOf(query: z.output<z.ZodObject<typeof condition>>): DocumentFilter {
  const { brand, source, tag, url, url_prefix } = query;
  return defined<DocumentFilter>({ brand, source, tag, url, urlPrefix: url_prefix });
}

const documentFields = {
  document_id: documentId,
  source,
  url: z.string().optional(),
  title: z.string().optional(),
  brand: brand.optional(),
  tags: z.array(z.string()),
  lang: z.string().optional().openapi({ description: "As the page or the caller says it" }),
  kind: z.string().optional(),
  content_type: z.string().optional(),
  content_hash: z.string().openapi({ description: "SHA-256 of its text" }),
  fetched_at: instant,
  age_s: z.int().openapi({ description: "Seconds since `fetched_at`" }),
  indexed_at: instant,
  chunks: z.int().openapi({ description: "Passages it is cut into" }),
  owed_vectors: z.int().openapi({ description: "Of these, how many vectors are still to be written" }),
};

export const documentSchema = z.object(documentFields).openapi("Document");

export const documentList = z.object({
  documents: z.array(documentSchema),
  next: nextLink.openapi({
    example: "/api/documents?limit=50&cursor=MTIz",
  }),
}).openapi("DocumentList");

export const wholeDocument = z.object({
  ...documentFields,
  markdown: z.string(),
  passages: z.array(z.object({
    chunk_id: z.string(),
    ordinal: z.int().openapi({ description: "Place in the document, from 0" }),
    text: z.string(),
    heading_path: z.array(z.string()),
    page: z.int().optional(),
    tokens: z.int(),
    lang: z.string(),
    has_vector: z.boolean(),
  })).openapi({ description: "In the order of the document" }),
}).openapi("WholeDocument");

export const removedDocuments = z.object({
  documents: z.int().openapi({ description: "Documents that went" }),
  chunks: z.int().openapi({ description: "Passages that went with them" }),
}).openapi("RemovedDocuments");

export function documentBody(document: StoredDocument, nowMs = Date.now()): z.input<typeof documentSchema> {
  return {
    document_id: document.documentId,
    source: document.source,
    url: document.url,
    title: document.title,
    brand: document.brand,
    tags: document.tags ?? [],
    lang: document.language,
    kind: document.kind,
    content_type: document.contentType,
    content_hash: document.contentHash,
    fetched_at: instantOf(document.fetchedMs),
    age_s: ageS(document.fetchedMs, nowMs),
    indexed_at: instantOf(document.indexedMs),
    chunks: document.chunks,
    owed_vectors: document.owedVectors,
  };
}

export function wholeDocumentBody(
  { document, markdown, chunks }: { document: StoredDocument; markdown: string; chunks: StoredChunk[] },
): z.input<typeof wholeDocument> {
  return {
    ...documentBody(document),
    markdown,
    passages: chunks.map((chunk) => ({
      chunk_id: chunk.chunkId,
      ordinal: chunk.ordinal,
      text: chunk.text,
      heading_path: chunk.headingPath,
      page: chunk.page,
      tokens: chunk.tokens,
      lang: chunk.lang,
      has_vector: chunk.hasVector,
    })),
  };
}
