import { messageOf } from "../../platform/errors.ts";
import { collectionOf } from "../book_port.ts";
import type { VectorDatabaseState } from "../database_port.ts";
import { type Embedder, EmbedderError } from "../embedding_port.ts";
import type { ServingGeneration } from "../passage_port.ts";
import {
  type VectorFilter,
  type VectorMatch,
  type VectorServer,
  type VectorStore,
  VectorStoreError,
} from "../vector_port.ts";
import { languagesAsked } from "./collections_asked.ts";
import { VectorsBreaker, type VectorsBreakerOptions } from "../vectors_breaker.ts";

/** What vectors say, or why they say nothing. Never rejects but for an abort. */
export type VectorAnswer = { matches: VectorMatch[] } | { reason: string };

export interface VectorQuestion {
  /** Only passages of this language. */
  lang?: string;
  limit: number;
  filter?: VectorFilter;
}

/** One search's asking. Disposed when it is over, in time or not. */
export interface VectorAsk extends Disposable {
  ask(question: VectorQuestion): Promise<VectorAnswer>;
}

export interface VectorCandidatesOptions {
  embedder: Embedder;
  /** How long one search waits, the query's own vector counted. */
  timeoutMs: number;
  /** Makes the client of a server. */
  connect(server: VectorServer): VectorStore & Partial<Disposable>;
  breaker?: VectorsBreakerOptions;
}

/** The nearest chunks of a query, as far as embedder and Chroma can be asked. */
export class VectorCandidates implements Disposable {
  readonly #options: VectorCandidatesOptions;
  readonly #breaker: VectorsBreaker;
  #state: VectorDatabaseState = { status: "starting", mode: "local", restarts: 0 };
  #store: (VectorStore & Partial<Disposable>) | undefined;
  /** Whom the store asks, as text. */
  #server: string | undefined;

  constructor(options: VectorCandidatesOptions) {
    this.#options = options;
    this.#breaker = new VectorsBreaker(options.breaker);
  }

  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void {
    if (state.status === "connected" && this.#state.status !== "connected") this.#breaker.reset();
    this.#state = state;
    const text = JSON.stringify(server);
    if (server === undefined || text === this.#server) return;
    this.#store?.[Symbol.dispose]?.();
    this.#store = this.#options.connect(server);
    this.#server = text;
  }

  /**
   * Begins to ask, and returns how to go on: `ask` may be called again with another limit or filter, the query is embedded
   * once. All of it together has `timeoutMs`.
   */
  begin(query: string, serving: ServingGeneration, signal: AbortSignal | undefined): VectorAsk {
    const reason = this.#whyNot(serving);
    if (reason !== undefined) return { ask: () => Promise.resolve({ reason }), [Symbol.dispose]: () => {} };
    const { embedder, timeoutMs } = this.#options;
    const store = this.#store!;
    const endMs = performance.now() + timeoutMs;
    const end = new AbortController();
    const late = () => new VectorStoreError("timeout", `vectors did not come within ${timeoutMs} ms`);
    const timer = setTimeout(() => end.abort(late()), timeoutMs);
    const within = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
    let vector: Promise<Float32Array[]> | undefined;
    const nearest = async (languages: string[], { limit, filter }: VectorQuestion) => {
      const [embedded] = await (vector ??= embedder.embed([query], { kind: "query", signal: within }));
      const options = { timeoutMs: Math.max(1, Math.round(endMs - performance.now())), signal: within };
      const lists = await Promise.all(languages.map((lang) => {
        const collection = collectionOf(serving.no, serving.embedderId, lang);
        return store.query(collection, embedded!, { ...options, limit, filter });
      }));
      return lists.length === 1 ? lists[0]! : lists.flat().sort((a, b) => a.distance - b.distance);
    };
    const ask = async (question: VectorQuestion): Promise<VectorAnswer> => {
      const { lang, limit } = question;
      const languages = languagesAsked(serving, query, lang);
      if (languages.length === 0) return { matches: [] };
      try {
        const matches = await this.#breaker.call(() =>
          endsBy(nearest(languages, question), within).catch((error) => {
            throw countable(error);
          })
        );
        return { matches: matches.slice(0, limit) };
      } catch (error) {
        signal?.throwIfAborted();
        return { reason: oneLine(messageOf(error)) };
      }
    };
    return { ask, [Symbol.dispose]: () => clearTimeout(timer) };
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]?.();
    this.#store = undefined;
    this.#server = undefined;
    this.#options.embedder[Symbol.dispose]?.();
  }

  #whyNot(serving: ServingGeneration): string | undefined {
    const { embedder } = this.#options;
    if (serving.embedderId !== embedder.id) {
      return `the index was made with the embedder ${serving.embedderId}, not ${embedder.id}: a rebuild makes the next one`;
    }
    const { status, reason } = this.#state;
    switch (status) {
      case "off":
        return "Chroma is switched off";
      case "starting":
        return "Chroma has not started yet";
      case "unavailable":
        return oneLine(`Chroma is unavailable${reason === undefined ? "" : `: ${reason}`}`);
      case "connected":
        return this.#store === undefined ? "Chroma's address is not known" : undefined;
    }
  }
}

/** An embedder that does not answer holds searches up as Chroma does: the breaker is to count it. */
function countable(error: unknown): unknown {
  if (!(error instanceof EmbedderError)) return error;
  return new VectorStoreError(error.retryable ? "unreachable" : "refused", error.message, { cause: error });
}

/** The work's end, or the signal's: what does not heed its signal is left behind. */
function endsBy<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
