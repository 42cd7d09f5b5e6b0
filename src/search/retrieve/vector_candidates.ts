import { messageOf } from "../../platform/errors.ts";
import { collectionOf } from "../book_port.ts";
import type { VectorDatabaseState } from "../database_port.ts";
import type { Embedder } from "../embedding_port.ts";
import type { ServingGeneration } from "../passage_port.ts";
import type { VectorFilter, VectorMatch, VectorServer, VectorStore } from "../vector_port.ts";

/** Collections asked at most, those with most records first: a site in forty languages is no forty requests a search. */
const MAX_COLLECTIONS = 12;

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
}

/** The nearest chunks of a query, as far as embedder and Chroma can be asked. */
export class VectorCandidates implements Disposable {
  readonly #options: VectorCandidatesOptions;
  #state: VectorDatabaseState = { status: "starting", mode: "local", restarts: 0 };
  #store: (VectorStore & Partial<Disposable>) | undefined;
  /** Whom the store asks, as text. */
  #server: string | undefined;

  constructor(options: VectorCandidatesOptions) {
    this.#options = options;
  }

  vectorDatabaseIs(state: VectorDatabaseState, server?: VectorServer): void {
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
    const timer = setTimeout(
      () => end.abort(new Error(`vectors did not come within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const within = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
    let vector: Promise<Float32Array[]> | undefined;
    const ask: VectorAsk["ask"] = async ({ lang, limit, filter }) => {
      const languages = serving.languages.filter((each) => lang === undefined || each === lang);
      if (languages.length === 0) return { matches: [] };
      try {
        const work = (async () => {
          const [embedded] = await (vector ??= embedder.embed([query], { kind: "query", signal: within }));
          const options = { timeoutMs: Math.max(1, Math.round(endMs - performance.now())), signal: within };
          return await Promise.all(
            languages.slice(0, MAX_COLLECTIONS).map((each) => {
              const collection = collectionOf(serving.no, serving.embedderId, each);
              return store.query(collection, embedded!, { ...options, limit, filter });
            }),
          );
        })();
        const lists = await endsBy(work, within);
        const matches = lists.length === 1 ? lists[0]! : lists.flat().sort((a, b) => a.distance - b.distance);
        return { matches: matches.slice(0, limit) };
      } catch (error) {
        signal?.throwIfAborted();
        return { reason: oneLine(messageOf(end.signal.aborted ? end.signal.reason : error)) };
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
