import { messageOf, ServiceError } from "../platform/errors.ts";
import { newTaskId } from "../platform/ids.ts";
import type { Frontier, FrontierEnd, FrontierTask, ResolvedCrawl } from "./frontier_port.ts";
import { type CrawlQueue, PageTasks } from "./page_tasks.ts";
import type {
  CrawlPage,
  CrawlPageQuery,
  CrawlRequest,
  Crawls,
  CrawlStartOptions,
  CrawlState,
} from "./port.ts";
import { ProgressBoard } from "./progress_board.ts";
import { resolveRequest } from "./resolve_request.ts";
import { CRAWL_ID_PATTERN, taskIdOf } from "./task_ids.ts";

export interface CrawlServiceOptions {
  frontier: Frontier;
  queue: CrawlQueue;
  /** Highest `maxPages`, and its default. */
  maxPages: number;
  /** How long ended crawls are kept, in seconds; 0: for ever. */
  retainS: number;
  onError: (error: unknown, doing: string) => void;
}

const RETRY_MS = 1000;
const JANITOR_MS = 600_000;

/**
 * Crawls: moves pages from the frontier into the queue, and what came of them back. Everything it knows is in the two
 * files; it may stop at any moment and `resume` from them.
 */
export class CrawlService implements Crawls {
  readonly #options: CrawlServiceOptions;
  readonly #frontier: Frontier;
  readonly #tasks: PageTasks;
  readonly #board = new ProgressBoard();
  readonly #requests = new Map<string, ResolvedCrawl>();
  #ends: FrontierEnd[] = [];
  #dirty = new Set<string>();
  #advancing: Promise<void> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #janitor: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: CrawlServiceOptions) {
    this.#options = options;
    this.#frontier = options.frontier;
    this.#tasks = new PageTasks({
      queue: options.queue,
      isOurs: (crawlId) => this.#requests.has(crawlId),
      onEnd: (end) => this.#ended(end),
      onError: options.onError,
    });
  }

  /** Goes on with the crawls that had not ended when the last process did. */
  async resume(): Promise<void> {
    const unfinished = await this.#frontier.unfinished();
    await this.#tasks.unlimitAllBut(new Set(unfinished.map(({ crawlId }) => crawlId)));
    for (const { crawlId, request } of unfinished) {
      this.#requests.set(crawlId, request);
      await this.#tasks.limit(crawlId, request.maxConcurrent);
      for (const task of await this.#frontier.active(crawlId)) this.#enqueue(task, { mayBeThere: true });
      this.#look(crawlId);
    }
    this.#janitor = setInterval(() => void this.#forget(), JANITOR_MS);
    await this.#forget();
  }

  /** Moves nothing more. What its tasks come to is told again by the next `resume`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#janitor);
    this.#tasks.stop();
    this.#board.stop();
    await this.#advancing;
    await this.#tasks.idle();
  }

  async start(request: CrawlRequest, options: CrawlStartOptions = {}): Promise<{ crawlId: string }> {
    const createdMs = Date.now();
    const { crawlId = newTaskId("crawl", request.brand, createdMs) } = options;
    if (!CRAWL_ID_PATTERN.test(crawlId)) {
      throw new ServiceError("invalid_request", `Cannot crawl as 'crawlId' must match ${CRAWL_ID_PATTERN}`);
    }
    const resolved = resolveRequest(request, this.#options);
    this.#board.set(await this.#frontier.create({ crawlId, createdMs, request: resolved }));
    this.#requests.set(crawlId, resolved);
    await this.#tasks.limit(crawlId, resolved.maxConcurrent);
    this.#look(crawlId);
    return { crawlId };
  }

  async get(crawlId: string): Promise<CrawlState> {
    return known(await this.#frontier.get(crawlId), crawlId);
  }

  list(page: { limit: number; cursor?: string }): Promise<{ crawls: CrawlState[]; nextCursor?: string }> {
    return this.#frontier.list(page);
  }

  async pages(
    crawlId: string,
    query: CrawlPageQuery,
  ): Promise<{ pages: CrawlPage[]; nextCursor?: string }> {
    const { pages, nextCursor } = known(await this.#frontier.pages(crawlId, query), crawlId);
    return { pages: pages.map((page) => ({ ...page, taskId: taskIdOf(crawlId, page.number) })), nextCursor };
  }

  moreAfter(
    crawlId: string,
    cursor: string | undefined,
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<void> {
    return this.#board.moreThan(crawlId, Number(cursor ?? 0), options);
  }

  async cancel(crawlId: string): Promise<CrawlState> {
    const running = known(await this.#frontier.cancel(crawlId, Date.now()), crawlId);
    if (running === false) {
      throw new ServiceError("conflict", `Cannot cancel crawl ${crawlId} as it has ended`);
    }
    await this.#tasks.cancel(running);
    this.#look(crawlId); // its readers are told
    return await this.get(crawlId);
  }

  #ended(end: FrontierEnd): void {
    this.#ends.push(end);
    this.#advance();
  }

  #look(crawlId: string): void {
    this.#dirty.add(crawlId);
    this.#advance();
  }

  /** One call to the frontier at a time: while it is away, ends gather for the next. */
  #advance(): void {
    if (this.#stopped || this.#advancing !== undefined || this.#retryTimer !== undefined) return;
    if (this.#ends.length === 0 && this.#dirty.size === 0) return;
    this.#advancing = this.#step().finally(() => {
      this.#advancing = undefined;
      this.#advance();
    });
  }

  async #step(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // what ends in this turn goes along
    const ends = this.#ends;
    const dirty = [...this.#dirty];
    this.#ends = [];
    this.#dirty.clear();
    try {
      const { tasks, progress } = await this.#frontier.advance(ends, dirty, Date.now());
      for (const task of tasks) this.#enqueue(task);
      for (const one of progress) {
        this.#board.set(one);
        if (one.ended && one.idle && this.#requests.delete(one.crawlId)) {
          await this.#tasks.unlimit(one.crawlId);
        }
      }
    } catch (error) {
      this.#options.onError(error, "writing down a crawl");
      this.#ends.unshift(...ends);
      for (const crawlId of dirty) this.#dirty.add(crawlId);
      this.#retryLater();
    }
  }

  #enqueue(task: FrontierTask, options?: { mayBeThere: boolean }): void {
    const request = this.#requests.get(task.crawlId);
    if (request === undefined) return;
    this.#tasks.enqueue(task, request, options).catch(async (error: unknown) => {
      // No room, or no disk, for now: it waits in the frontier, and is tried again.
      if (!(error instanceof ServiceError && error.code === "queue_full")) {
        this.#options.onError(error, "handing a page to the queue");
      }
      await this.#frontier.putBack([task]);
      this.#dirty.add(task.crawlId);
      this.#retryLater();
    }).catch((error: unknown) => this.#options.onError(error, "putting a page back into its crawl"));
  }

  #retryLater(): void {
    if (this.#stopped || this.#retryTimer !== undefined) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#advance();
    }, RETRY_MS);
  }

  async #forget(): Promise<void> {
    const { retainS } = this.#options;
    if (retainS === 0) return;
    try {
      while (!this.#stopped && await this.#frontier.forget(Date.now() - retainS * 1000) > 0);
    } catch (error) {
      this.#options.onError(`${messageOf(error)}`, "forgetting old crawls");
    }
  }
}

function known<T>(value: T | undefined, crawlId: string): T {
  if (value === undefined) throw new ServiceError("not_found", `There is no crawl ${crawlId}`);
  return value;
}
