import { BodyTooLongError, limitedText } from "../../platform/limited_body.ts";
import { messageOf } from "../../platform/errors.ts";
import { serverWords } from "../../platform/server_words.ts";
import { type VectorCallOptions, type VectorServer, VectorStoreError } from "../vector_port.ts";
import { rootCause } from "./root_cause.ts";

/** The longest answer that is asked for, a page of ids, has a few MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What Chroma said to one request: JSON of status 200, or that what was asked for is not there. */
export type ChromaAnswer = { found: true; value: unknown } | { found: false; message: string };

/**
 * One request of Chroma's v2 API at a time limit, told apart by what went wrong. Nothing of an answer is believed here but
 * its status and that it is JSON.
 */
export class ChromaHttp implements Disposable {
  readonly #root: string;
  readonly #database: string;
  readonly #headers: Record<string, string>;
  readonly #client: Deno.HttpClient | undefined;

  constructor(server: VectorServer) {
    const { tenant = "default_tenant", database = "default_database" } = server;
    this.#root = `${server.url.replace(/\/+$/, "")}/api/v2/`;
    this.#database = `tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}/`;
    this.#headers = { ...server.headers };
    this.#client = clientOf(server.caCert);
  }

  /** Something of the server itself, such as `pre-flight-checks`. */
  atRoot(path: string, options: VectorCallOptions): Promise<ChromaAnswer> {
    return this.#send("GET", this.#root + path, undefined, options);
  }

  /** Something of the tenant's database: `collections`, and what is below. */
  atDatabase(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body: string | undefined,
    options: VectorCallOptions,
  ): Promise<ChromaAnswer> {
    return this.#send(method, this.#root + this.#database + path, body, options);
  }

  [Symbol.dispose](): void {
    this.#client?.close();
  }

  async #send(
    method: string,
    url: string,
    body: string | undefined,
    { timeoutMs, signal }: VectorCallOptions,
  ): Promise<ChromaAnswer> {
    signal?.throwIfAborted();
    // Not AbortSignal.timeout and AbortSignal.any: their timers and listeners outlive the request.
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const late = new VectorStoreError("timeout", `Chroma did not answer within ${timeoutMs} ms`);
    const timer = setTimeout(() => controller.abort(late), timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers: body === undefined
          ? this.#headers
          : { ...this.#headers, "content-type": "application/json" },
        body,
        // A redirect would take the credentials with it, to a place that nobody named.
        redirect: "manual",
        signal: controller.signal,
        client: this.#client,
      });
      return answerOf(response.status, await limitedText(response, MAX_ANSWER_BYTES));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof VectorStoreError) throw error; // the time limit's among them
      if (error instanceof BodyTooLongError) {
        throw new VectorStoreError("garbage", "Chroma's answer has no end", { cause: error });
      }
      throw new VectorStoreError("unreachable", `Chroma cannot be reached: ${rootCause(error)}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** A client that trusts an authority of the operator's own beside those of the system; undefined: Deno's own client. */
export function clientOf(caCert: string | undefined): Deno.HttpClient | undefined {
  return caCert === undefined ? undefined : Deno.createHttpClient({ caCerts: [caCert] });
}

function answerOf(status: number, text: string): ChromaAnswer {
  if (status >= 200 && status < 300) return { found: true, value: parse(text) };
  const { error, message } = errorOf(text);
  if (status === 404 && error === "NotFoundError") return { found: false, message: message ?? "not found" };
  const words = message ?? serverWords(text);
  const said = `Chroma answers with status ${status}${words ? `: ${words}` : ""}`;
  // 408 and 429 ask for the same call later; every other 4xx, and a redirect, comes again.
  const passes = status >= 500 || status === 408 || status === 429;
  throw new VectorStoreError(passes ? "server_error" : "refused", said);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VectorStoreError("garbage", `what answers is not Chroma's v2 API: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Chroma's `{"error":"InvalidArgumentError","message":"..."}`. */
function errorOf(text: string): { error?: string; message?: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    const { error, message } = value as Record<string, unknown>;
    return {
      error: typeof error === "string" ? error : undefined,
      message: typeof message === "string" ? serverWords(message) : undefined,
    };
  } catch {
    return {};
  }
}
