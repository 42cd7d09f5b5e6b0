import { messageOf, ServiceError } from "../../platform/errors.ts";
import { rooted } from "../../platform/tracing/mod.ts";
import { ChromaVectorStore } from "../adapters/chroma_vector_store.ts";
import { SqliteIndexBook } from "../adapters/sqlite_index_book.ts";
import { createEmbedder } from "../embedding/mod.ts";
import { IndexHost } from "../index_host.ts";
import { SyncedVectors } from "../index_vectors.ts";
import type { FromIndex, IndexThreadOptions, PlainProblem, ToIndex } from "./index_protocol.ts";

/** The composition root of the index's thread: the one writer of the index's file and of Chroma. */
interface ThreadScope {
  postMessage(message: FromIndex): void;
  onmessage: ((event: MessageEvent<ToIndex>) => void) | null;
}

const VECTOR_TIMEOUT_MS = 30_000;

const scope = globalThis as unknown as ThreadScope;
let host: IndexHost | undefined;
let answers: (FromIndex & { kind: "answers" })["answers"] = [];

scope.onmessage = ({ data }) => rooted(() => take(data));

async function take(message: ToIndex): Promise<void> {
  switch (message.kind) {
    case "open":
      try {
        host = await open(message.options);
        scope.postMessage({ kind: "opened" });
      } catch (error) {
        scope.postMessage({ kind: "refused", error: { code: "unavailable", ...plain(error) } });
      }
      return;
    case "calls":
      for (const { id, method, args } of message.calls) {
        host!.call(method, args).then(
          (value) => answer({ id, value }),
          (error) => answer({ id, error: plain(error) }),
        );
      }
      return;
    case "database":
      host?.databaseIs(message.state, message.server);
      return;
    case "close":
      await host?.[Symbol.asyncDispose]();
      await new Promise<void>((resolve) => void setImmediate(resolve)); // the last answers go first
      scope.postMessage({ kind: "closed" });
  }
}

async function open(options: IndexThreadOptions): Promise<IndexHost> {
  const { path, maxTokens, vectorTimeoutMs = VECTOR_TIMEOUT_MS } = options;
  const embedder = await createEmbedder(options.embedder);
  const book = new SqliteIndexBook({ path, embedderId: embedder.id });
  try {
    return new IndexHost({
      book,
      embedderId: embedder.id,
      maxTokens,
      vectorTimeoutMs,
      vectors: (debts) =>
        new SyncedVectors({
          debts,
          embedder,
          timeoutMs: vectorTimeoutMs,
          connect: (server) => new ChromaVectorStore(server),
        }),
      onChange: () => scope.postMessage({ kind: "changed" }),
    });
  } catch (error) {
    book[Symbol.dispose]();
    embedder[Symbol.dispose]?.();
    throw error;
  }
}

/** Answers of one commit travel together. */
function answer(one: (typeof answers)[number]): void {
  if (answers.push(one) > 1) return;
  queueMicrotask(() => {
    const message: FromIndex = { kind: "answers", answers };
    answers = [];
    scope.postMessage(message);
  });
}

function plain(error: unknown): PlainProblem {
  if (!(error instanceof ServiceError)) return { message: messageOf(error) };
  const { code, message, retryAfterS } = error;
  return { code, message, retryAfterS };
}
