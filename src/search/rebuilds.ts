import type { Queue } from "../queue/service_port.ts";
import type { SearchIndex } from "./index_port.ts";

const SLICE_DOCUMENTS = 50;
/** Slices at one time: the index has one writer, and a search should not wait behind many. */
const MAX_CONCURRENT = 2;

function tagOf(generation: number): string {
  return `index-generation:${generation}`;
}

/** Rebuilds of the index, as batches of the queue. */
export class Rebuilds {
  readonly #index: SearchIndex;
  readonly #queue: Queue;
  /** One beginning at a time: two at once would make two batches of one generation. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ index, queue }: { index: SearchIndex; queue: Queue }) {
    this.#index = index;
    this.#queue = queue;
  }

  begin(options: { force: boolean }): Promise<{ batchId: string; documents: number } | undefined> {
    const begun = this.#last.then(() => this.#begin(options));
    this.#last = begun.catch(() => {});
    return begun;
  }

  /** The batch that builds a generation, where its tasks are still known. */
  async batchOf(generation: number): Promise<string | undefined> {
    const { tasks } = await this.#queue.list({ type: "index_rebuild", tag: tagOf(generation), limit: 200 });
    return tasks.find(({ batchId }) => batchId !== undefined)?.batchId;
  }

  async #begin({ force }: { force: boolean }) {
    const { generation, documents, slices } = await this.#index.beginRebuild({
      force,
      sliceSize: SLICE_DOCUMENTS,
    });
    if (generation === undefined) return undefined;
    const running = await this.#running(generation);
    if (running !== undefined) return { batchId: running, documents };
    const tags = [tagOf(generation)];
    const { batchId } = await this.#queue.enqueueBatch({
      type: "index_rebuild",
      // An empty index has one empty slice: a batch has at least one task.
      inputs: (slices.length === 0 ? [{ afterNo: 0, upToNo: 0 }] : slices)
        .map(({ afterNo, upToNo }) => ({ generation, after_no: afterNo, up_to_no: upToNo })),
      maxConcurrent: MAX_CONCURRENT,
      tags,
      onComplete: { type: "index_rebuild", input: { generation, finish: true }, tags },
    });
    return { batchId, documents };
  }

  /** A batch of this generation that is not over. */
  async #running(generation: number): Promise<string | undefined> {
    for (const status of ["running", "queued", "delayed"] as const) {
      const { tasks } = await this.#queue.list({
        type: "index_rebuild",
        status,
        tag: tagOf(generation),
        limit: 200,
      });
      if (tasks.length > 0) {
        return tasks.find(({ batchId }) => batchId)?.batchId ?? await this.batchOf(generation);
      }
    }
    return undefined;
  }
}
