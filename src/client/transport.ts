import { backoffMs, pause } from "./pause.ts";
import { problemOf, TuttiProblem, TuttiUnreachable } from "./problem.ts";

/** How to reach the service. */
export interface ClientOptions {
  /** Its address; a path in front of its routes is kept. @default "http://127.0.0.1:8080" */
  url?: string | URL;
  /** The secret of one of API_KEYS. */
  apiKey?: string;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
  /**
   * How often what is safe to send twice is sent again: reads, PUT, and a POST with an `Idempotency-Key`, after a
   * broken connection or an answer 429 or 503 with `Retry-After`. @default 2
   */
  retries?: number;
  /** Longest wait that a `Retry-After` may ask for; a longer one is thrown at once. @default 30 */
  maxRetryWaitS?: number;
}

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** What a call that creates something takes. */
export interface CreateOptions extends CallOptions {
  /** Visible ASCII; the same again gets the first answer again. Default: one is made for each call. */
  idempotencyKey?: string;
}

export interface Call extends CallOptions {
  method: string;
  /** Path and query. */
  path: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
  headers?: Record<string, string>;
  idempotencyKey?: string;
  /** A POST that only reads. */
  isRead?: boolean;
}

/** One HTTP request, sent again where that is safe; answers that are not 2xx are thrown as `TuttiProblem`. */
export class Transport {
  readonly #base: string;
  readonly #apiKey: string | undefined;
  readonly #fetch: typeof globalThis.fetch;
  readonly #retries: number;
  readonly #maxRetryWaitS: number;

  constructor(options: ClientOptions) {
    const { url = "http://127.0.0.1:8080", apiKey, retries = 2, maxRetryWaitS = 30 } = options;
    const text = String(url);
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new TypeError(
        `Cannot make a client as 'url' must be an http or https URL: current value is ${text}`,
      );
    }
    const { origin, pathname } = new URL(text);
    this.#base = origin + pathname.replace(/\/+$/, "");
    this.#apiKey = apiKey;
    // Called as a method of ours it would be an illegal invocation in a browser.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#retries = retries;
    this.#maxRetryWaitS = maxRetryWaitS;
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    return this.#base;
  }

  /** Sends it, again where that is safe, and gives the good answer to `read`. */
  async send<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await read(await this.open(call));
      } catch (error) {
        call.signal?.throwIfAborted();
        // A body that breaks off is a broken connection, too; its error is the platform's own.
        const failure = error instanceof TypeError ? new TuttiUnreachable(this.#base, error) : error;
        const waitMs = attempt > this.#retries ? undefined : this.#waitMs(call, failure, attempt);
        if (waitMs === undefined) throw failure;
        await pause(waitMs, call.signal);
      }
    }
  }

  async json<T>(call: Call): Promise<T> {
    return await this.send(call, async (response) => await response.json() as T);
  }

  /** Sends it once. The answer's body is the caller's to read or to cancel. */
  async open(call: Call): Promise<Response> {
    const headers = new Headers({ accept: "application/json", ...call.headers });
    if (this.#apiKey !== undefined) headers.set("authorization", `Bearer ${this.#apiKey}`);
    if (call.json !== undefined) headers.set("content-type", "application/json");
    if (call.idempotencyKey !== undefined) headers.set("idempotency-key", call.idempotencyKey);
    const { method, path, signal } = call;
    signal?.throwIfAborted();
    let response: Response;
    try {
      const body = call.json === undefined ? call.body : JSON.stringify(call.json);
      response = await this.#fetch(this.#base + path, { method, headers, body, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new TuttiUnreachable(this.#base, error);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** Undefined where it must not be sent again. */
  #waitMs(call: Call, failure: unknown, attempt: number): number | undefined {
    const { method, idempotencyKey, isRead } = call;
    const repeatable = isRead || ["GET", "PUT"].includes(method) || idempotencyKey !== undefined;
    // The answer to a DELETE that was lost may have been the good one: the next would be a 404 or 409.
    if (failure instanceof TuttiUnreachable) return repeatable ? backoffMs(attempt) : undefined;
    if (!(failure instanceof TuttiProblem) || ![429, 503].includes(failure.status)) return undefined;
    const afterS = failure.retry_after_s;
    if (afterS === undefined || afterS > this.#maxRetryWaitS) return undefined;
    return repeatable || method === "DELETE" ? afterS * 1000 : undefined;
  }
}

/** A key nobody else has. `crypto.randomUUID` is kept from pages that came over plain http. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
