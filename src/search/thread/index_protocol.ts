import type { VectorDatabaseState } from "../database_port.ts";
import type { EmbedderSpec } from "../embedding_port.ts";
import type { IndexMethod } from "../index_host.ts";
import type { VectorServer } from "../vector_port.ts";

/** What the index's thread is made with; plain data. */
export interface IndexThreadOptions {
  /** `search.db`; its folder must exist. */
  path: string;
  /** Longest passage. */
  maxTokens: number;
  embedder: EmbedderSpec;
  /** How long one request to Chroma may take. @default 30000 */
  vectorTimeoutMs?: number;
}

/** Messages to the index's thread. Calls of one turn travel together and are answered in order of ending. */
export type ToIndex =
  | { kind: "open"; options: IndexThreadOptions }
  | { kind: "calls"; calls: { id: number; method: IndexMethod; args: unknown[] }[] }
  | { kind: "database"; state: VectorDatabaseState; server?: VectorServer }
  | { kind: "close" };

export type FromIndex =
  | { kind: "opened" }
  | { kind: "refused"; error: PlainProblem }
  | { kind: "answers"; answers: { id: number; value?: unknown; error?: PlainProblem }[] }
  /** What searches find has changed. */
  | { kind: "changed" }
  | { kind: "closed" };

/** A `ServiceError` as plain data; without `code` it is one of the code's own. */
export interface PlainProblem {
  code?: string;
  message: string;
  retryAfterS?: number;
}
