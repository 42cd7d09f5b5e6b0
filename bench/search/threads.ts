/** The index's own thread without HTTP, queue and sandbox, beside what Chroma alone takes for the same vectors. */
import { ChromaVectorStore } from "../../src/search/adapters/chroma_vector_store.ts";
import { HashEmbedder } from "../../src/search/embedding/hash_embedder.ts";
import type { IndexDocument, StoredChunk } from "../../src/search/index_port.ts";
import { ThreadedIndex } from "../../src/search/threaded_index.ts";
import type { VectorRecord } from "../../src/search/vector_port.ts";
import { startChroma } from "./quality_chroma.ts";

/** Records of one request to Chroma: more make it no faster (measured from 100 to 2,000). */
const BATCH = 500;
const AT_ONCE = 16;
const SETTLE_TIMEOUT_MS = 600_000;

export interface IndexTimes {
  chunks: StoredChunk[];
  /** Of all documents, until their vectors are in Chroma. */
  firstS: number;
  /** The same documents again. */
  againS: number;
}

export async function indexByThread(documents: readonly IndexDocument[]): Promise<IndexTimes> {
  return await inFolder(async (folder) => {
    await using chroma = await startChroma(`${folder}/chroma`);
    await using index = await ThreadedIndex.open({
      path: `${folder}/search.db`,
      maxTokens: 700,
      embedder: { kind: "hash" },
    });
    index.vectorDatabaseIs(chroma.state, chroma.server);
    const firstS = await putAll(index, documents);
    const againS = await putAll(index, documents);
    const chunks: StoredChunk[] = [];
    for (const { documentId } of documents) chunks.push(...(await index.read(documentId))?.chunks ?? []);
    return { chunks, firstS, againS };
  });
}

async function putAll(index: ThreadedIndex, documents: readonly IndexDocument[]): Promise<number> {
  const begun = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < documents.length) await index.put(documents[next++]!);
  }));
  for (const { documentId } of documents) {
    if (!await index.settled(documentId, { timeoutMs: SETTLE_TIMEOUT_MS })) {
      throw new Error(`${documentId} is owed still`);
    }
  }
  return (performance.now() - begun) / 1000;
}

/** Seconds of Chroma alone for the vectors of these chunks, embedded beforehand, with as much metadata. `withTexts`: with the passages, as who has Chroma alone must keep them. */
export async function chromaAlone(
  chunks: readonly StoredChunk[],
  options: { withTexts: boolean },
): Promise<number> {
  const embedder = new HashEmbedder();
  const records: VectorRecord[] = [];
  for (let i = 0; i < chunks.length; i += BATCH) {
    const part = chunks.slice(i, i + BATCH);
    const texts = part.map(({ text, headingPath }) => [...headingPath, text].join("\n"));
    const vectors = await embedder.embed(texts, { kind: "document" });
    part.forEach(({ chunkId, documentId, text, headingPath }, at) =>
      records.push({
        id: chunkId,
        vector: vectors[at]!,
        ...(options.withTexts ? { text } : {}),
        metadata: {
          document_id: documentId,
          title: documentId,
          heading_path: headingPath.join(" > "),
          fetched_at: "2026-01-01T00:00:00.000Z",
          content_hash: "0".repeat(64),
        },
      })
    );
  }
  return await inFolder(async (folder) => {
    await using chroma = await startChroma(folder);
    using store = new ChromaVectorStore(chroma.server);
    const begun = performance.now();
    for (let i = 0; i < records.length; i += BATCH) {
      await store.upsert("bench-alone", records.slice(i, i + BATCH), { timeoutMs: 60_000 });
    }
    return (performance.now() - begun) / 1000;
  });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-index-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
