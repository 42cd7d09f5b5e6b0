import { ChatModel } from "./chat_model.ts";
import type { Answers } from "./port.ts";
import { AnswerService, type SearchForAnswers } from "./service.ts";

export type { Answer, AnswerEvent, Answers, AskRequest } from "./port.ts";

/** What answers are made with; `url` and `model` are `LLM_URL` and `LLM_MODEL`, without which every question is refused. */
export interface AnswersOptions {
  url?: string;
  model?: string;
  apiKey?: string;
  timeoutMs: number;
  maxTokens: number;
  search: SearchForAnswers;
}

/** Questions answered from what `search` finds. Holds nothing that is to be closed. */
export function createAnswers(options: AnswersOptions): Answers {
  const { url, model, apiKey, timeoutMs, maxTokens, search } = options;
  if (url === undefined || model === undefined) return new AnswerService({ search });
  const chat = new ChatModel({ url, model, apiKey, timeoutMs, maxTokens });
  return new AnswerService({ search, model: chat, modelName: model });
}
