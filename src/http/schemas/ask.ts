import { z } from "@hono/zod-openapi";
import type { Answer, AnswerEvent, AskRequest } from "../../answers/port.ts";
import { brand } from "./common.ts";
import { documentId, passageBody, passageFields } from "./passage.ts";
import { defined, filtersOf, lang, searchFilters } from "./search.ts";

/** A question, and an answer in one piece or in events. */

const MAX_QUESTION_CHARS = 2000;
const MAX_PASSAGES = 20;

export const newQuestion = z.strictObject({
  question: z.string().min(1).max(MAX_QUESTION_CHARS).regex(/\S/, "must have more than blanks").openapi({
    example: "How heavy is the stage piano?",
  }),
  k: z.int().min(1).max(MAX_PASSAGES).optional().openapi({
    description: "Passages the model is shown at most. Default 8",
  }),
  brand: brand.optional().openapi({ description: "Only this brand's documents" }),
  lang: lang.optional(),
  filters: searchFilters.optional(),
  stream: z.boolean().optional().openapi({
    description: "false: one JSON answer. Default true, unless `Accept` asks for application/json",
  }),
}).openapi("NewQuestion", {
  example: { question: "How heavy is the stage piano?", brand: "sample-music", stream: false },
});

type NewQuestion = z.output<typeof newQuestion>;

export function askRequestOf({ question, k, brand, lang, filters }: NewQuestion): AskRequest {
  return defined<AskRequest>({ question, k, brand, lang, filters: filtersOf(filters) });
}

const number = z.int().openapi({ description: "What marks such as `[2]` of the answer name" });

const sourcePassage = z.object({ number, ...passageFields }).openapi("SourcePassage");

const answerFields = {
  answer: z.string().openapi({
    description: "Marks such as `[2]` name sources; marks of sources that are not there have been taken out",
  }),
  found: z.boolean().openapi({
    description: "Whether the documents have it; else `answer` says they do not",
  }),
  citations: z.array(z.object({
    number,
    chunk_id: z.string(),
    document_id: documentId,
    url: z.string().optional(),
    title: z.string().optional(),
    page: z.int().optional(),
  })).openapi({ description: "The sources the answer names" }),
  unsupported: z.array(z.int()).openapi({ description: "Marks the model made up" }),
  model: z.string().optional().openapi({ description: "Absent where no model was asked" }),
  usage: z.object({ input_tokens: z.int().optional(), output_tokens: z.int().optional() }).optional(),
  took_ms: z.number(),
};

export const wholeAnswer = z.object({
  ...answerFields,
  degraded: z.boolean().openapi({ description: "The sources were found by words alone" }),
  sources: z.array(sourcePassage).openapi({ description: "The passages the model was shown" }),
}).openapi("Answer");

type Sources = Extract<AnswerEvent, { kind: "sources" }>;

export function sourcesBody({ passages, degraded }: Sources, nowMs = Date.now()) {
  return {
    degraded,
    sources: passages.map((passage) => ({ number: passage.number, ...passageBody(passage, nowMs) })),
  };
}

export function answerBody(answer: Answer): z.input<z.ZodObject<typeof answerFields>> {
  const { usage } = answer;
  return {
    answer: answer.answer,
    found: answer.found,
    citations: answer.citations.map(({ number, chunkId, documentId, url, title, page }) => ({
      number,
      chunk_id: chunkId,
      document_id: documentId,
      url,
      title,
      page,
    })),
    unsupported: answer.unsupported,
    model: answer.model,
    usage: usage && { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    took_ms: answer.tookMs,
  };
}

export const answerStream = z.string().openapi({
  description:
    "Server-sent events; `data` is JSON. First `sources` (`degraded`, `sources`), then `text` (`text`, the next piece of " +
    "the answer), last `done` (the answer as in JSON, without `sources` and `degraded`) or `error` (a problem document)",
  example:
    'event: sources\ndata: {"degraded":false,"sources":[{"number":1,…}]}\n\nevent: text\ndata: {"text":"14.8 kg [1]"}\n\n' +
    'event: done\ndata: {"answer":"14.8 kg [1]","found":true,…}\n\n',
});
