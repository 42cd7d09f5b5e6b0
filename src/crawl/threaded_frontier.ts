import { dirname, resolve as resolvePath } from "node:path";
import { type ProblemCode, ServiceError } from "../platform/errors.ts";
import { fileThread } from "../platform/file_thread.ts";
import type { CrawlProgress, Frontier, FrontierEnd, FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import type { CrawlPage, CrawlPageQuery, CrawlState } from "./port.ts";
import type { CoreMethod, FromFrontier, ToFrontier } from "./thread/protocol.ts";

type Waiting = PromiseWithResolvers<unknown>;

/** The frontier on a thread of its own: the thread that serves HTTP neither walks links nor waits for a disk. */
export class ThreadedFrontier implements Frontier {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #failed = Promise.withResolvers<Error>();
  #opened: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #closing: PromiseWithResolvers<void> | undefined;
  #dead: ServiceError | undefined;
  #nextId = 0;

  private constructor(path: string) {
    const entry = new URL("./thread/entry.ts", import.meta.url);
    this.#worker = fileThread(entry, { name: "tutti-crawls", folder: dirname(path) });
    this.#worker.onmessage = (event: MessageEvent<FromFrontier>) => this.#take(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(event.message);
    };
  }

  /** @param path file of the crawls; its folder must exist. @throws {ServiceError} unavailable: it cannot be opened */
  static async open(path: string): Promise<ThreadedFrontier> {
    const full = resolvePath(path);
    const frontier = new ThreadedFrontier(full);
    frontier.#post({ kind: "open", path: full });
    await frontier.#opened!.promise;
    frontier.#opened = undefined;
    return frontier;
  }

  /** Resolves if its thread ends by itself: every call is refused from then on, and only another process can go on. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  create(crawl: { crawlId: string; createdMs: number; request: ResolvedCrawl }): Promise<CrawlProgress> {
    return this.#call("create", [crawl]);
  }

  advance(
    ends: FrontierEnd[],
    crawlIds: string[],
    nowMs: number,
  ): Promise<{ tasks: FrontierTask[]; progress: CrawlProgress[] }> {
    return this.#call("advance", [ends, crawlIds, nowMs]);
  }

  active(crawlId: string): Promise<FrontierTask[]> {
    return this.#call("active", [crawlId]);
  }

  putBack(tasks: FrontierTask[]): Promise<void> {
    return this.#call("putBack", [tasks]);
  }

  unfinished(): Promise<{ crawlId: string; request: ResolvedCrawl }[]> {
    return this.#call("unfinished", []);
  }

  get(crawlId: string): Promise<CrawlState | undefined> {
    return this.#call("get", [crawlId]);
  }

  list(page: { limit: number; cursor?: string }): Promise<{ crawls: CrawlState[]; nextCursor?: string }> {
    return this.#call("list", [page]);
  }

  pages(
    crawlId: string,
    query: CrawlPageQuery,
  ): Promise<{ pages: CrawlPage[]; nextCursor?: string } | undefined> {
    return this.#call("pages", [crawlId, query]);
  }

  cancel(crawlId: string, nowMs: number): Promise<FrontierTask[] | false | undefined> {
    return this.#call("cancel", [crawlId, nowMs]);
  }

  forget(endedBeforeMs: number): Promise<number> {
    return this.#call("forget", [endedBeforeMs]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#dead === undefined && this.#closing === undefined) {
      this.#closing = Promise.withResolvers<void>();
      this.#post({ kind: "close" });
    }
    await this.#closing?.promise;
    this.#worker.terminate();
  }

  #call<T>(method: CoreMethod, args: unknown[]): Promise<T> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    if (this.#closing !== undefined) {
      return Promise.reject(new ServiceError("unavailable", `Cannot ${method} as the crawls are closed`));
    }
    const waiting: Waiting = Promise.withResolvers<unknown>();
    const id = this.#nextId++;
    this.#waiting.set(id, waiting);
    this.#post({ kind: "call", id, method, args });
    return waiting.promise as Promise<T>;
  }

  #take(message: FromFrontier): void {
    switch (message.kind) {
      case "opened":
        return this.#opened?.resolve();
      case "refused":
        this.#worker.terminate();
        return this.#opened?.reject(new ServiceError("unavailable", message.message));
      case "value":
        this.#waiting.get(message.id)?.resolve(message.value);
        this.#waiting.delete(message.id);
        return;
      case "error":
        this.#waiting.get(message.id)?.reject(errorOf(message.error));
        this.#waiting.delete(message.id);
        return;
      case "closed":
        this.#closing?.resolve();
    }
  }

  #die(reason: string): void {
    this.#dead = new ServiceError(
      "unavailable",
      `The crawls cannot be used as their thread ended: ${reason}`,
    );
    this.#opened?.reject(this.#dead);
    this.#closing?.resolve();
    this.#failed.resolve(this.#dead);
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }

  #post(message: ToFrontier): void {
    this.#worker.postMessage(message);
  }
}

function errorOf({ code, message }: { code?: string; message: string }): Error {
  return code === undefined ? new Error(message) : new ServiceError(code as ProblemCode, message);
}
