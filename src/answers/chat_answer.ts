import { serverWords } from "../platform/server_words.ts";

/** A piece of what the model says. */
export interface ChatPiece {
  text?: string;
  /** Its name as the server says it. */
  model?: string;
  usage?: { inputTokens?: number; outputTokens?: number };
  /** It has said that it ended. */
  isEnd?: boolean;
}

/** The server says in the answer itself that it failed, or the answer is none. */
export class ChatAnswerError extends Error {
  override readonly name = "ChatAnswerError";
}

/**
 * One event of a streamed answer, or the whole of one that is not streamed.
 * @throws {ChatAnswerError} it is an error, or nothing of this protocol
 */
export function readChatPiece(json: string, secret?: string): ChatPiece {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new ChatAnswerError("its answer is not JSON");
  }
  if (parsed === null || typeof parsed !== "object") throw new ChatAnswerError("its answer is no object");
  const { error, choices, model, usage } = parsed as Record<string, unknown>;
  if (error !== undefined && error !== null) {
    throw new ChatAnswerError(`it says: ${serverWords(json, secret)}`);
  }
  const choice = Array.isArray(choices) ? choices[0] as Choice | undefined : undefined;
  const said = choice?.delta?.content ?? choice?.message?.content;
  return {
    text: typeof said === "string" ? said : undefined,
    model: typeof model === "string" ? model : undefined,
    usage: usageOf(usage),
    isEnd: typeof choice?.finish_reason === "string",
  };
}

interface Choice {
  delta?: { content?: unknown };
  message?: { content?: unknown };
  finish_reason?: unknown;
}

function usageOf(usage: unknown): ChatPiece["usage"] {
  if (usage === null || typeof usage !== "object") return undefined;
  const count = (name: string) => {
    const value = (usage as Record<string, unknown>)[name];
    return typeof value === "number" ? value : undefined;
  };
  return { inputTokens: count("prompt_tokens"), outputTokens: count("completion_tokens") };
}
