import type { VectorDatabaseState } from "../database_port.ts";
import type { EmbedderSpec } from "../embedding_port.ts";
import type { SearchAnswer, SearchQuery } from "../retrieval_port.ts";
import type { VectorServer } from "../vector_port.ts";

/** The messages between the main isolate and the search thread: calls by number, answered in order of ending. */

export interface SearchThreadOptions {
  /** `DATA_DIR/search.db`. */
  path: string;
  embedder: EmbedderSpec;
  /** How long a search waits for vectors (`SEARCH_VECTOR_TIMEOUT_MS`). */
  vectorTimeoutMs: number;
}

export type ToSearch =
  | { kind: "open"; options: SearchThreadOptions }
  | { kind: "search"; id: number; query: SearchQuery; traceparent?: string }
  | { kind: "abort"; id: number }
  | { kind: "database"; state: VectorDatabaseState; server?: VectorServer }
  | { kind: "close" };

export type FromSearch =
  | { kind: "opened" }
  | { kind: "refused"; message: string }
  | { kind: "answer"; id: number; answer: SearchAnswer }
  | { kind: "error"; id: number; error: { code?: string; message: string } }
  | { kind: "closed" };
