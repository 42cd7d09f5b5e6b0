import { type ProblemCode, ServiceError } from "../platform/errors.ts";
import type { Queue, TaskEvent } from "../queue/service_port.ts";
import { ENDED } from "../queue/task.ts";
import type { FrontierEnd, FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import { readTaskId, taskIdOf } from "./task_ids.ts";
import { limitKeyOf, taskOf } from "./task_of.ts";

/** What a crawl needs of the queue. */
export interface CrawlQueue
  extends Pick<Queue, "enqueue" | "get" | "cancel" | "subscribe" | "limits" | "setLimit" | "removeLimit"> {
  followResults(listener: (taskId: string, resultJson: string) => void): () => void;
}

export interface PageTasksOptions {
  queue: CrawlQueue;
  /** Whether a crawl of this id runs here. */
  isOurs: (crawlId: string) => boolean;
  onEnd: (end: FrontierEnd) => void;
  onError: (error: unknown, doing: string) => void;
}

/** Refusals that will be the same next time: the page fails with them. */
const FINAL: ReadonlySet<ProblemCode> = new Set(["invalid_request", "blocked_address", "body_too_large"]);

/** The tasks of pages in the queue: puts them there, and hears how they end. */
export class PageTasks {
  readonly #options: PageTasksOptions;
  readonly #results = new Map<string, string>();
  readonly #unsubscribe: (() => void)[];
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: PageTasksOptions) {
    this.#options = options;
    const { queue } = options;
    this.#unsubscribe = [
      queue.followResults((taskId, resultJson) => {
        if (this.#ours(taskId) !== undefined) this.#results.set(taskId, resultJson);
      }),
      queue.subscribe((event) => this.#onEvent(event)),
    ];
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#results.clear();
  }

  /** A crawl begins, or goes on: so many of its tasks run at a time. Without a limit, a few more do. */
  async limit(crawlId: string, concurrency: number): Promise<void> {
    await this.#trying(
      "limiting a crawl",
      () => this.#options.queue.setLimit({ key: limitKeyOf(crawlId), concurrency }),
    );
  }

  /** A crawl has ended. */
  async unlimit(crawlId: string): Promise<void> {
    await this.#trying(
      "taking a crawl's limit away",
      () => this.#options.queue.removeLimit(limitKeyOf(crawlId)),
    );
  }

  /** Limits of crawls that ended as their process did. */
  async unlimitAllBut(crawlIds: ReadonlySet<string>): Promise<void> {
    const prefix = limitKeyOf("");
    for (const { key } of await this.#options.queue.limits()) {
      const crawlId = key.slice(prefix.length);
      if (key.startsWith(prefix) && !crawlIds.has(crawlId)) await this.unlimit(crawlId);
    }
  }

  /** Resolves when every call under way has been answered. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  /**
   * Puts a task into the queue; one that is there already, from before a crash, is asked what has become of it.
   * @throws {ServiceError} queue_full and whatever passes; what does not is the end of the page
   */
  enqueue(task: FrontierTask, request: ResolvedCrawl, options: { mayBeThere?: boolean } = {}): Promise<void> {
    const work = this.#enqueue(task, request, options.mayBeThere ?? false);
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  async cancel(tasks: FrontierTask[]): Promise<void> {
    const { queue } = this.#options;
    // One that has ended meanwhile, or is gone, needs no cancelling.
    await Promise.allSettled(tasks.map(({ crawlId, number }) => queue.cancel(taskIdOf(crawlId, number))));
  }

  async #enqueue(task: FrontierTask, request: ResolvedCrawl, mayBeThere: boolean): Promise<void> {
    if (mayBeThere && await this.#isThere(task)) return;
    try {
      // Each page is a trace of its own: one of a crawl of thousands would be a trace nobody can look at.
      await this.#options.queue.enqueue(taskOf(task, request), { traceparent: null });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (error.code === "conflict" && await this.#isThere(task)) return;
      if (!FINAL.has(error.code)) throw error;
      const fields = error.fields?.map(({ path, message }) => `${path} ${message}`).join("; ");
      const message = fields === undefined ? error.message : `${error.message}: ${fields}`;
      const code = error.code === "blocked_address" ? "blocked_address" : "invalid_input";
      this.#end(task, { status: "failed", error: { code, message, retryable: false } });
    }
  }

  /** Tells its end where it has ended; false where the queue does not know it. */
  async #isThere(task: FrontierTask): Promise<boolean> {
    let found;
    try {
      found = await this.#options.queue.get(taskIdOf(task.crawlId, task.number));
    } catch (error) {
      if (error instanceof ServiceError && error.code === "not_found") return false;
      throw error;
    }
    const { status, resultJson, error } = found;
    if (ENDED.has(status)) this.#end(task, { status: status as FrontierEnd["status"], resultJson, error });
    return true;
  }

  #onEvent({ taskId, status, error, atMs }: TaskEvent): void {
    if (!ENDED.has(status)) return;
    const place = this.#ours(taskId);
    if (place === undefined) return;
    const resultJson = this.#results.get(taskId);
    this.#results.delete(taskId);
    this.#options.onEnd({ ...place, status: status as FrontierEnd["status"], resultJson, error, atMs });
  }

  async #trying(doing: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === "not_found")) this.#options.onError(error, doing);
    }
  }

  #end({ crawlId, number }: FrontierTask, end: Pick<FrontierEnd, "status" | "resultJson" | "error">): void {
    this.#options.onEnd({ crawlId, number, ...end, atMs: Date.now() });
  }

  #ours(taskId: string): { crawlId: string; number: number } | undefined {
    const place = readTaskId(taskId);
    return place !== undefined && this.#options.isOurs(place.crawlId) ? place : undefined;
  }
}
