import type { Passage, SearchFilters } from "../search/retrieval_port.ts";

/** A question answered from the documents, by a language model of the operator's (`LLM_URL`). */

export interface AskRequest {
  question: string;
  brand?: string;
  lang?: string;
  filters?: SearchFilters;
  /** Passages the model is shown at most. @default 8 */
  k?: number;
}

/** What an answer is made of, in order: `sources` first, `done` last. */
export type AnswerEvent =
  | { kind: "sources"; passages: (Passage & { number: number })[]; degraded: boolean }
  | { kind: "text"; text: string }
  | { kind: "done"; answer: Answer };

export interface Answer {
  /** Whole text. Marks such as `[2]` name passages; those that name none have been taken out. */
  answer: string;
  /** Whether the documents have it: else `answer` says that they do not, and no model was asked or it said so. */
  found: boolean;
  citations: {
    number: number;
    chunkId: string;
    documentId: string;
    url?: string;
    title?: string;
    page?: number;
  }[];
  /** Marks the model made up: numbers it was not given. */
  unsupported: number[];
  model?: string;
  usage?: { inputTokens?: number; outputTokens?: number };
  tookMs: number;
}

export interface Answers {
  readonly enabled: boolean;
  /**
   * @throws {ServiceError} unavailable: no `LLM_URL`, or the model cannot be asked
   */
  ask(request: AskRequest, options: { signal?: AbortSignal }): AsyncIterable<AnswerEvent>;
}
