import { DatabaseSync } from "node:sqlite";
import { sleep } from "../../platform/deadline.ts";
import { messageOf, ServiceError } from "../../platform/errors.ts";
import { rooted, startTracing, traced } from "../../platform/tracing/mod.ts";
import { ChromaVectorStore } from "../adapters/chroma_vector_store.ts";
import { INDEX_SCHEMA_VERSION } from "../adapters/index_schema.ts";
import { SqlitePassageBook } from "../adapters/passage_book.ts";
import { WordTablesReader } from "../adapters/word_reader.ts";
import { createEmbedder } from "../embedding/mod.ts";
import { KeywordIndex, Warmer } from "../keyword/mod.ts";
import { RetrieverCore } from "../retrieve/retriever_core.ts";
import { VectorCandidates } from "../retrieve/vector_candidates.ts";
import type { FromSearch, SearchThreadOptions, ToSearch } from "./search_protocol.ts";

/** The composition root of the search thread: reads the index's file, asks the embedder and Chroma, writes nothing. */
interface ThreadScope {
  postMessage(message: FromSearch): void;
  onmessage: ((event: MessageEvent<ToSearch>) => void) | null;
}

/** How long a search waits for a file that the index thread is still making. */
const FILE_WAIT_MS = 5_000;
const FILE_POLL_MS = 50;

const scope = globalThis as unknown as ThreadScope;
const running = new Map<number, AbortController>();
let path = "";
let vectors: VectorCandidates | undefined;
let db: DatabaseSync | undefined;
let core: RetrieverCore | undefined;
let warmer: Warmer | undefined;

scope.onmessage = ({ data }) => rooted(() => take(data));

function take(message: ToSearch): void {
  switch (message.kind) {
    case "open":
      open(message.options).then(
        () => {
          scope.postMessage({ kind: "opened" });
          tryFile(); // where it is there already, it is warm by the first search
        },
        (error) => scope.postMessage({ kind: "refused", message: messageOf(error) }),
      );
      return;
    case "search": {
      const { id, query, traceparent } = message;
      const abort = new AbortController();
      running.set(id, abort);
      traced("retrieve", { parent: traceparent ?? null }, async () => {
        const core = await coreOf(abort.signal);
        return await core.search(query, { signal: abort.signal });
      }).then(
        (answer) => scope.postMessage({ kind: "answer", id, answer }),
        (error) => {
          const code = error instanceof ServiceError ? error.code : undefined;
          scope.postMessage({ kind: "error", id, error: { code, message: messageOf(error) } });
        },
      ).finally(() => running.delete(id));
      return;
    }
    case "abort":
      running.get(message.id)?.abort();
      return;
    case "database":
      vectors?.vectorDatabaseIs(message.state, message.server);
      return;
    case "close":
      for (const abort of running.values()) abort.abort();
      warmer?.[Symbol.dispose]();
      vectors?.[Symbol.dispose]();
      db?.close();
      scope.postMessage({ kind: "closed" });
  }
}

async function open(options: SearchThreadOptions): Promise<void> {
  await startTracing();
  path = options.path;
  vectors = new VectorCandidates({
    embedder: await createEmbedder(options.embedder),
    timeoutMs: options.vectorTimeoutMs,
    connect: (server) => new ChromaVectorStore(server),
  });
}

/** @throws {ServiceError} unavailable: the file is not there, or of another release */
async function coreOf(signal: AbortSignal): Promise<RetrieverCore> {
  const endMs = performance.now() + FILE_WAIT_MS;
  while (core === undefined) {
    const reason = tryFile();
    if (reason === undefined) break;
    if (performance.now() > endMs) throw new ServiceError("unavailable", `Cannot search: ${reason}`);
    await sleep(FILE_POLL_MS, { signal });
  }
  return core!;
}

/** Why the file cannot be read yet; undefined: it is open. */
function tryFile(): string | undefined {
  let opened: DatabaseSync | undefined;
  try {
    opened = new DatabaseSync(path, { readOnly: true });
    // A commit is never waited for (WAL); a file that is being recovered after a crash is, for a moment.
    opened.exec("PRAGMA busy_timeout = 1000; PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824");
    const version = Number(opened.prepare("PRAGMA user_version").get()?.user_version);
    if (version !== INDEX_SCHEMA_VERSION) {
      opened.close();
      return `the index's file has version ${version}, not ${INDEX_SCHEMA_VERSION}`;
    }
  } catch (error) {
    if (opened?.isOpen) opened.close();
    return `the index's file cannot be read: ${messageOf(error)}`;
  }
  db = opened;
  const passages = new SqlitePassageBook(opened);
  const keywords = new KeywordIndex(new WordTablesReader(opened));
  core = new RetrieverCore({ passages, keywords, vectors: vectors! });
  warmer = new Warmer({
    keywords,
    generation: () => passages.serving()?.no,
    isBusy: () => running.size > 0,
    // A search that meets the same trouble says so.
    onError: () => {},
  });
  return undefined;
}
