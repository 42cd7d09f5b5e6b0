import { BodyTooLongError, limitedText } from "../../platform/limited_body.ts";
import { messageOf } from "../../platform/errors.ts";
import { retryAfterS } from "../../platform/retry_after.ts";
import { serverWords } from "../../platform/server_words.ts";
import { EmbedderError } from "../embedding_port.ts";
import { BadAnswerError, readEmbeddings } from "./embeddings_answer.ts";

/** 2,048 vectors of 4,096 numbers as decimal text are some 180 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Answers that a later try may not meet again. All other 4xx are the server's last word. */
const PASSING = new Set([408, 409, 425, 429]);

/** Words of a refusal by which servers say that a text has more tokens than the model takes. */
const TOO_LONG = [
  "context length",
  "too long",
  "too large",
  "maximum length",
  "input length",
  "less than",
  "exceed",
  "max_seq",
  "tokens",
];

/** llama.cpp says it with a 500. */
const TOO_LARGE_500 = "too large to process";

/** The server refused; `isTooLong`: since a text is longer than its model takes. */
export class RefusedError extends EmbedderError {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string, message: string) {
    super(message, { retryable: false });
    this.status = status;
    this.words = words;
  }

  get isTooLong(): boolean {
    const { status } = this;
    const words = this.words.toLowerCase();
    return status >= 500 || status === 413 ||
      ((status === 400 || status === 422) && TOO_LONG.some((word) => words.includes(word)));
  }
}

export interface EmbeddingsServer {
  url: string;
  model: string;
  apiKey?: string;
  timeoutMs: number;
}

/**
 * One request for vectors, as the server gives them.
 * @throws {EmbedderError} of this request alone; {@linkcode RefusedError} where trying the same again is no use
 */
export async function requestEmbeddings(
  server: EmbeddingsServer,
  input: string[],
  options: { base64: boolean; signal?: AbortSignal },
): Promise<Float32Array[]> {
  const { url, model, apiKey, timeoutMs } = server;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
  if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
  const say = (what: string) => `Cannot embed with ${model} at ${url} as ${what}`;
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${url}/embeddings`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model, input, ...(options.base64 ? { encoding_format: "base64" } : {}) }),
      redirect: "manual", // followed, a POST becomes a GET
      signal,
    });
    body = await limitedText(response, MAX_BYTES);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (late.aborted) {
      throw new EmbedderError(say(`it did not answer within ${timeoutMs} ms`), { retryable: true });
    }
    const what = error instanceof BodyTooLongError
      ? "its answer is too long"
      : `the connection failed: ${redact(messageOf(error), apiKey)}`;
    throw new EmbedderError(say(what), { retryable: true });
  }
  const { status } = response;
  if (status !== 200) {
    const words = serverWords(body, apiKey);
    const message = say(`it answered ${status}${words && `: ${words}`}`);
    if (status < 500 ? !PASSING.has(status) : words.includes(TOO_LARGE_500)) {
      throw new RefusedError(status, words, message);
    }
    const waitS = retryAfterS(response.headers.get("retry-after") ?? undefined);
    throw new EmbedderError(message, { retryable: true, retryAfterS: waitS });
  }
  try {
    return readEmbeddings(body, input.length);
  } catch (error) {
    if (!(error instanceof BadAnswerError)) throw error;
    throw new EmbedderError(say(`it answered ${error.message}`), { retryable: true, cause: error });
  }
}

function redact(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, "[key]");
}
