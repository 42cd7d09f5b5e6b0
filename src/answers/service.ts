import { ServiceError } from "../platform/errors.ts";
import type { SearchAnswer, SearchQuery } from "../search/retrieval_port.ts";
import type { ChatModel } from "./chat_model.ts";
import { CitationFilter } from "./citation_filter.ts";
import type { Answer, AnswerEvent, Answers, AskRequest } from "./port.ts";
import { notFoundText, type NumberedPassage, pickPassages, promptOf } from "./prompt.ts";

const DEFAULT_PASSAGES = 8;
/**
 * Share of the question's words (by how rare they are) that the best passage must have: below it nothing is near, and the
 * model is not asked, as it would answer from what it knows. Words of asking ("how", "what") are common and weigh little.
 */
export const MIN_COVERAGE = 0.25;

export type SearchForAnswers = (
  query: SearchQuery,
  options: { signal?: AbortSignal },
) => Promise<SearchAnswer>;

/**
 * Answers with citations that were checked: a mark that names no passage is taken out, and an answer without any mark that
 * does is not `found`, whatever it says: nothing shows that it is of the documents.
 */
export class AnswerService implements Answers {
  readonly #search: SearchForAnswers;
  readonly #model: ChatModel | undefined;
  readonly #modelName: string | undefined;

  /** @param options `model` undefined: every question is refused with what to set */
  constructor(options: { search: SearchForAnswers; model?: ChatModel; modelName?: string }) {
    this.#search = options.search;
    this.#model = options.model;
    this.#modelName = options.modelName;
  }

  get enabled(): boolean {
    return this.#model !== undefined;
  }

  async *ask(request: AskRequest, options: { signal?: AbortSignal }): AsyncGenerator<AnswerEvent> {
    const model = this.#model;
    if (model === undefined) {
      throw new ServiceError(
        "unavailable",
        "Cannot answer as LLM_URL and LLM_MODEL must name an OpenAI-compatible server and its model: they are unset",
      );
    }
    const startMs = performance.now();
    const { question, brand, lang, filters, k = DEFAULT_PASSAGES } = request;
    const { passages: found, degraded } = await this.#search(
      { query: question, k, mode: "hybrid", brand, lang, filters },
      options,
    );
    options.signal?.throwIfAborted();
    const isNear = found.some((passage) => passage.coverage >= MIN_COVERAGE);
    const passages = isNear ? pickPassages(found, { limit: k }) : [];
    yield { kind: "sources", passages, degraded };

    const filter = new CitationFilter(passages.length);
    const answer: Answer = { answer: "", found: false, citations: [], unsupported: [], tookMs: 0 };
    if (isNear) {
      answer.model = this.#modelName;
      for await (const piece of model.ask(promptOf(question, passages), options)) {
        if (piece.model !== undefined) answer.model = piece.model;
        if (piece.usage !== undefined) answer.usage = piece.usage;
        const text = filter.push(piece.text ?? "");
        if (text === "") continue;
        answer.answer += text;
        yield { kind: "text", text };
      }
    }
    const rest = filter.end() || (answer.answer === "" ? notFoundText(question) : "");
    if (rest !== "") {
      answer.answer += rest;
      yield { kind: "text", text: rest };
    }
    answer.citations = filter.cited.map((number) => citationOf(passages[number - 1]!));
    answer.found = answer.citations.length > 0;
    answer.unsupported = filter.unsupported;
    answer.tookMs = Math.round(performance.now() - startMs);
    yield { kind: "done", answer };
  }
}

function citationOf(passage: NumberedPassage): Answer["citations"][number] {
  const { number, chunkId, documentId, url, title, page } = passage;
  return { number, chunkId, documentId, url, title, page };
}
