import { collectionOf, type OwedBook, type OwedChunk, type OwedRemoval } from "../../src/search/book_port.ts";
import { type Embedder, EmbedderError } from "../../src/search/embedding_port.ts";
import { vectorOf } from "./vector_chroma.ts";

interface Row {
  chunk: OwedChunk;
  isOwed: boolean;
}

/** What the index owes, in memory: the rules of the port and nothing else. */
export class MemoryBook implements OwedBook {
  readonly rows = new Map<number, Row>();
  readonly removalsOwed: OwedRemoval[] = [];
  readonly droppedOwed: string[] = [];
  #last = 0;

  constructor(readonly embedderId: string) {}

  add(name: string, options: Partial<OwedChunk> = {}): number {
    const seq = ++this.#last;
    const chunk: OwedChunk = {
      seq,
      debt: seq,
      generation: 1,
      embedderId: this.embedderId,
      lang: "he",
      chunkId: name,
      embedText: `text of ${name}`,
      metadata: { document_id: "doc_1" },
      ...options,
    };
    this.rows.set(seq, { chunk, isOwed: true });
    return seq;
  }

  /** Something of it has changed: another debt. */
  change(seq: number, metadata: OwedChunk["metadata"]): void {
    const row = this.rows.get(seq)!;
    this.rows.set(seq, { chunk: { ...row.chunk, metadata, debt: ++this.#last }, isOwed: true });
  }

  remove(seq: number): void {
    const { chunk } = this.rows.get(seq)!;
    this.rows.delete(seq);
    this.removalsOwed.push({ collection: nameOf(chunk), chunkId: chunk.chunkId });
  }

  /** Ids by collection, of all chunks. */
  all(): Record<string, string[]> {
    const names = Map.groupBy(this.rows.values(), ({ chunk }) => nameOf(chunk));
    return Object.fromEntries(
      [...names].map(([name, rows]) => [name, rows.map(({ chunk }) => chunk.chunkId).sort()]),
    );
  }

  get owes(): number {
    return [...this.rows.values()].filter(({ isOwed }) => isOwed).length + this.removalsOwed.length +
      this.droppedOwed.length;
  }

  owed(limit: number): OwedChunk[] {
    return [...this.rows.values()].filter(({ isOwed }) => isOwed).map(({ chunk }) => chunk)
      .sort((a, b) => a.debt - b.debt).slice(0, limit);
  }

  stored(chunks: readonly { seq: number; chunkId: string; debt: number }[]): void {
    for (const { seq, debt } of chunks) {
      const row = this.rows.get(seq);
      if (row?.chunk.debt === debt) row.isOwed = false;
    }
  }

  removals(limit: number): OwedRemoval[] {
    return this.removalsOwed.slice(0, limit);
  }

  removed(removals: readonly OwedRemoval[]): void {
    for (const { collection, chunkId } of removals) {
      const at = this.removalsOwed.findIndex((one) =>
        one.collection === collection && one.chunkId === chunkId
      );
      if (at >= 0) this.removalsOwed.splice(at, 1);
    }
  }

  dropped(): string[] {
    return [...this.droppedOwed];
  }

  collectionGone(collection: string): void {
    this.droppedOwed.splice(this.droppedOwed.indexOf(collection), 1);
  }

  collections(): { collection: string; records: number }[] {
    const names = Map.groupBy(this.rows.values(), ({ chunk }) => nameOf(chunk));
    return [...names].map(([collection, rows]) => ({
      collection,
      records: rows.filter(({ isOwed }) => !isOwed).length,
    }));
  }

  sort(collection: string, ids: readonly string[]): { known: string[]; orphans: string[] } {
    const here = new Set(this.all()[collection]);
    return { known: ids.filter((id) => here.has(id)), orphans: ids.filter((id) => !here.has(id)) };
  }

  idsOf(collection: string, after: string, limit: number): string[] {
    return [...this.rows.values()]
      .filter(({ chunk, isOwed }) => !isOwed && nameOf(chunk) === collection && chunk.chunkId > after)
      .map(({ chunk }) => chunk.chunkId).sort().slice(0, limit);
  }

  lost(collection: string, ids: readonly string[]): void {
    for (const [seq, { chunk, isOwed }] of this.rows) {
      if (isOwed || nameOf(chunk) !== collection || !ids.includes(chunk.chunkId)) continue;
      this.rows.set(seq, { chunk: { ...chunk, debt: ++this.#last }, isOwed: true });
    }
  }

  orphaned(collection: string, ids: readonly string[]): void {
    for (const chunkId of ids) this.removalsOwed.push({ collection, chunkId });
  }
}

function nameOf({ generation, embedderId, lang }: OwedChunk): string {
  return collectionOf(generation, embedderId, lang);
}

/** An embedder that counts how often it made each text's vector, and refuses what it is told to. */
export class CountingEmbedder implements Embedder {
  readonly id = "count-v1";
  readonly dimensions = 16;
  readonly batchSize = 64;
  readonly isCostly = true;
  readonly made = new Map<string, number>();
  /** Called before each answer; throws what it is to throw. */
  before: (texts: string[]) => void | Promise<void> = () => {};

  async embed(texts: string[]): Promise<Float32Array[]> {
    await this.before(texts);
    for (const text of texts) this.made.set(text, (this.made.get(text) ?? 0) + 1);
    return texts.map((text) => vectorOf(hashOf(text)));
  }

  /** Texts made more than once. */
  get twice(): string[] {
    return [...this.made].filter(([, times]) => times > 1).map(([text]) => text);
  }
}

export function refuses(...bad: string[]): (texts: string[]) => void {
  return (texts) => {
    const found = texts.find((text) => bad.includes(text));
    if (found) throw new EmbedderError(`does not take ${found}`, { retryable: false });
  };
}

function hashOf(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}
