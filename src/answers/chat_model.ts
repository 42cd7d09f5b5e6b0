import { sleep } from "../platform/deadline.ts";
import { messageOf, ServiceError } from "../platform/errors.ts";
import { limitedText } from "../platform/limited_body.ts";
import { retryAfterS } from "../platform/retry_after.ts";
import { serverWords } from "../platform/server_words.ts";
import { ChatAnswerError, type ChatPiece, readChatPiece } from "./chat_answer.ts";
import { EventStreamReader } from "./event_stream.ts";
import type { ChatMessage } from "./prompt.ts";

const TRIES = 2;
const BACKOFF_MS = 500;
/** Somebody waits: a server that wants to be left alone for longer has refused. */
const MAX_WAIT_S = 5;
const MAX_BYTES = 16 * 1024 * 1024;

export interface ChatModelOptions {
  /** Base; `/chat/completions` is added. */
  url: string;
  model: string;
  apiKey?: string;
  /** From the request to the last word. */
  timeoutMs: number;
  maxTokens: number;
}

/**
 * A language model behind OpenAI's `/chat/completions`. Fields that some servers do not know are left out once a server has
 * said so.
 */
export class ChatModel {
  readonly #options: ChatModelOptions;
  readonly #extras: Record<string, unknown>;

  constructor(options: ChatModelOptions) {
    this.#options = { ...options, url: options.url.replace(/\/+$/, "") };
    this.#extras = {
      temperature: 0,
      max_tokens: options.maxTokens,
      stream_options: { include_usage: true },
    };
  }

  /**
   * What the model says, as it says it. Leaving the loop cancels the answer's stream and with it the request.
   * @throws {ServiceError} unavailable: it cannot be reached, refuses, is late, breaks off or says an error
   */
  async *ask(messages: ChatMessage[], options: { signal?: AbortSignal }): AsyncGenerator<ChatPiece> {
    const { url, model, apiKey, timeoutMs } = this.#options;
    const late = AbortSignal.timeout(timeoutMs);
    const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
    try {
      const response = await this.#request(messages, signal);
      yield* isEventStream(response)
        ? streamed(response, apiKey)
        : whole(await limitedText(response, MAX_BYTES), apiKey);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof ServiceError) throw error;
      const what = late.aborted
        ? `it did not end its answer within ${timeoutMs} ms`
        : error instanceof ChatAnswerError
        ? error.message
        : `the connection failed: ${redacted(messageOf(error), apiKey)}`;
      throw new ServiceError("unavailable", `Cannot ask ${model} at ${url} as ${what}`, { cause: error });
    }
  }

  /** The request, once more where it was not let in and that may pass. */
  async #request(messages: ChatMessage[], signal: AbortSignal): Promise<Response> {
    const { url, model, apiKey } = this.#options;
    const headers: Record<string, string> = {
      "content-type": "application/json",
      accept: "text/event-stream, application/json",
    };
    if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
    for (let failures = 0;;) {
      let response: Response;
      try {
        response = await fetch(`${url}/chat/completions`, {
          method: "POST",
          headers,
          body: JSON.stringify({ model, messages, stream: true, ...this.#extras }),
          redirect: "manual", // followed, a POST becomes a GET
          signal,
        });
      } catch (error) {
        if (signal.aborted || ++failures >= TRIES) throw error;
        await sleep(BACKOFF_MS, { signal });
        continue;
      }
      if (response.status === 200) return response;
      const words = serverWords(await limitedText(response, MAX_BYTES), apiKey);
      if (response.status === 400 && this.#adapt(words)) continue;
      const waitS = retryAfterS(response.headers.get("retry-after") ?? undefined);
      const mayPass = response.status === 429 || response.status >= 500;
      if (!mayPass || ++failures >= TRIES || (waitS ?? 0) > MAX_WAIT_S) {
        throw new ServiceError(
          "unavailable",
          `Cannot ask ${model} at ${url} as it answered ${response.status}${words && `: ${words}`}`,
          { retryAfterS: waitS },
        );
      }
      await sleep(Math.max(BACKOFF_MS, 1000 * (waitS ?? 0)), { signal });
    }
  }

  /** Leaves out what the server says it does not take; whether there was something to leave out. */
  #adapt(words: string): boolean {
    if (words.includes("max_completion_tokens") && "max_tokens" in this.#extras) {
      this.#extras.max_completion_tokens = this.#extras.max_tokens;
      delete this.#extras.max_tokens;
      return true;
    }
    const name = ["stream_options", "temperature"].find((name) =>
      name in this.#extras && words.includes(name)
    );
    if (name === undefined) return false;
    delete this.#extras[name];
    return true;
  }
}

function isEventStream(response: Response): boolean {
  return response.headers.get("content-type")?.includes("event-stream") ?? false;
}

async function* streamed(response: Response, secret?: string): AsyncGenerator<ChatPiece> {
  const reader = new EventStreamReader();
  let hasEnded = false;
  const pieces = function* (events: string[]): Generator<ChatPiece> {
    for (const event of events) {
      if (event.trim() === "[DONE]") {
        hasEnded = true;
        return;
      }
      const piece = readChatPiece(event, secret);
      hasEnded ||= piece.isEnd === true;
      yield piece;
    }
  };
  for await (const bytes of response.body ?? []) yield* pieces(reader.push(bytes));
  if (!hasEnded) yield* pieces(reader.end());
  if (!hasEnded) throw new ChatAnswerError("its answer broke off in the middle");
}

/** Of a server that does not stream, or streams without saying so. */
function* whole(body: string, secret?: string): Generator<ChatPiece> {
  if (!/^\s*(data|event|:)/.test(body)) return yield readChatPiece(body, secret);
  const reader = new EventStreamReader();
  for (const event of [...reader.push(new TextEncoder().encode(body)), ...reader.end()]) {
    if (event.trim() === "[DONE]") return;
    yield readChatPiece(event, secret);
  }
}

function redacted(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, "[key]");
}
