import type * as Api from "./api_types.ts";
import { Calls, type RequestArgs } from "./calls.ts";
import { Documents } from "./documents.ts";
import type { AskEvent, BatchEvent, QueueEvent, TaskEvent } from "./events.ts";
import { askEvents, crawlResults, type CrawlResultsOptions, waitForBatch, waitForTask } from "./follow.ts";
import { CacheControl, QueueControl } from "./operations.ts";
import type { FollowOptions } from "./patience.ts";
import { pathOf, type Route, type RouteAnswer, type RouteQuery } from "./routes.ts";
import { followEvents } from "./streams.ts";
import { type CallOptions, type ClientOptions, type CreateOptions, Transport } from "./transport.ts";

/** Options of a stream of events. */
export interface EventOptions extends FollowOptions {
  /** The id of the last event that was seen: it goes on after it. */
  lastEventId?: string;
}

type EventFilter = Omit<RouteQuery<"GET /api/events">, "last_event_id">;
type TaskFilter = RouteQuery<"GET /api/tasks">;

/** The service, over HTTP. Its answers are as the OpenAPI document has them; what it refuses is a `TuttiProblem`. */
export class TuttiClient {
  readonly documents: Documents;
  readonly queue: QueueControl;
  readonly cache: CacheControl;
  readonly #calls: Calls;

  constructor(options: ClientOptions = {}) {
    this.#calls = new Calls(new Transport(options));
    this.documents = new Documents(this.#calls);
    this.queue = new QueueControl(this.#calls);
    this.cache = new CacheControl(this.#calls);
  }

  /** The service's address. */
  get url(): string {
    return this.#calls.transport.url;
  }

  /** Any route of `/docs` that answers JSON: `request("GET /api/schedules/{schedule_id}", { path: { schedule_id } })`. */
  request<R extends Route>(route: R, ...input: RequestArgs<R>): Promise<RouteAnswer<R>> {
    return this.#calls.request(route, ...input);
  }

  /** The service, its parts and its process. */
  status(options: CallOptions = {}): Promise<Api.SystemStatus> {
    return this.#calls.request("GET /api/system/status", options);
  }

  /** Queues a task of any type; it is on disk when this returns. */
  enqueue(task: Api.NewTask, options?: CreateOptions): Promise<Api.AcceptedTask> {
    return this.#calls.create("POST /api/tasks", { body: task }, options);
  }

  /** A task with its result. */
  task(task_id: string, options: CallOptions = {}): Promise<Api.Task> {
    return this.#calls.request("GET /api/tasks/{task_id}", { path: { task_id }, ...options });
  }

  /** The task once it has ended, however it did: look at its `status`. */
  waitForTask(taskId: string, options: FollowOptions = {}): Promise<Api.Task> {
    return waitForTask(this.#calls, taskId, options);
  }

  /** One page of tasks, newest first, without their results. */
  tasks(query: TaskFilter = {}, options: CallOptions = {}): Promise<Api.TaskPage> {
    return this.#calls.request("GET /api/tasks", { query, ...options });
  }

  /** All tasks of a filter, page after page. */
  eachTask(query: TaskFilter = {}, options: CallOptions = {}): AsyncGenerator<Api.Task, void, void> {
    return this.#calls.each("GET /api/tasks", "tasks", { query, ...options });
  }

  /** Cancels it: a waiting one at once; a running one is asked to stop and ended if it does not. */
  cancel(task_id: string, options: CallOptions = {}): Promise<Api.Task> {
    const input = { path: { task_id }, ...options };
    return this.#calls.request("DELETE /api/tasks/{task_id}", input) as Promise<Api.Task>;
  }

  /** Runs a failed or cancelled task again. */
  retry(task_id: string, options: CallOptions = {}): Promise<Api.Task> {
    return this.#calls.request("POST /api/tasks/{task_id}/retry", { path: { task_id }, ...options });
  }

  setPriority(task_id: string, priority: number, options: CallOptions = {}): Promise<Api.Task> {
    const input = { path: { task_id }, body: { priority }, ...options };
    return this.#calls.request("PATCH /api/tasks/{task_id}", input);
  }

  /** Cancels, retries, forgets or moves all tasks of a filter; with `dry_run` it counts them. */
  bulk(body: Api.BulkRequest, options: CallOptions = {}): Promise<Api.BulkAnswer> {
    return this.#calls.request("POST /api/tasks/bulk", { body, ...options });
  }

  /** Scrapes a page and waits for it, at most `deadline_ms`. Not sent again, as it would be scraped again. */
  scrape(body: Api.NewWaitedScrape, options: CallOptions = {}): Promise<Api.WaitedScrape> {
    return this.#calls.request("POST /api/scrape", { body, ...options });
  }

  /** Queues the scrape of a page. */
  enqueueScrape(body: Api.NewScrape, options?: CreateOptions): Promise<Api.AcceptedTask> {
    return this.#calls.create("POST /api/tasks/scrape/async", { body }, options);
  }

  /** Queues the scrape of up to 10,000 pages, never more than `max_concurrent` at once. */
  scrapeBatch(body: Api.NewScrapeBatch, options?: CreateOptions): Promise<Api.AcceptedScrapeBatch> {
    return this.#calls.create("POST /api/scrape/batch", { body }, options);
  }

  /** Queues up to 10,000 tasks of one type, all or none. */
  enqueueBatch(body: Api.NewBatch, options?: CreateOptions): Promise<Api.AcceptedBatch> {
    return this.#calls.create("POST /api/batches", { body }, options);
  }

  /** How far a batch is. */
  batch(batch_id: string, options: CallOptions = {}): Promise<Api.Batch> {
    return this.#calls.request("GET /api/batches/{batch_id}", { path: { batch_id }, ...options });
  }

  /** The batch once all of its tasks have ended. */
  waitForBatch(
    batchId: string,
    options: FollowOptions & { onProgress?: (batch: Api.Batch) => void } = {},
  ): Promise<Api.Batch> {
    return waitForBatch(this.#calls, batchId, options);
  }

  /** The tasks of a batch that have ended, with their results, in the order they were given. */
  eachBatchResult(batch_id: string, options: CallOptions = {}): AsyncGenerator<Api.Task, void, void> {
    const input = { path: { batch_id }, ...options };
    return this.#calls.each("GET /api/batches/{batch_id}/results", "results", input);
  }

  /** Cancels what of a batch has not ended. */
  cancelBatch(batch_id: string, options: CallOptions = {}): Promise<Api.CancelledBatch> {
    return this.#calls.request("DELETE /api/batches/{batch_id}", { path: { batch_id }, ...options });
  }

  /** The pages of a site, without reading them. */
  map(body: Api.NewMap, options: CallOptions = {}): Promise<Api.SiteMap> {
    return this.#calls.request("POST /api/map", { body, ...options });
  }

  /** Begins the crawl of a site. */
  startCrawl(body: Api.NewCrawl, options?: CreateOptions): Promise<Api.AcceptedCrawl> {
    return this.#calls.create("POST /api/crawl", { body }, options);
  }

  /** How far a crawl is. */
  crawl(crawl_id: string, options: CallOptions = {}): Promise<Api.Crawl> {
    return this.#calls.request("GET /api/crawl/{crawl_id}", { path: { crawl_id }, ...options });
  }

  cancelCrawl(crawl_id: string, options: CallOptions = {}): Promise<Api.Crawl> {
    return this.#calls.request("DELETE /api/crawl/{crawl_id}", { path: { crawl_id }, ...options });
  }

  /** The pages of a crawl with their results, as they are done, until it has ended; also across a restart. */
  crawlResults(
    crawlId: string,
    options: CrawlResultsOptions = {},
  ): AsyncGenerator<Api.CrawlResult, void, void> {
    return crawlResults(this.#calls, crawlId, options);
  }

  /** What happens to tasks, and the counters of the queue. It has no end: leave the loop, or abort `signal`. */
  events(filter: EventFilter = {}, options: EventOptions = {}): AsyncGenerator<QueueEvent, void, void> {
    return this.#events(pathOf("/api/events", {}, filter), options);
  }

  /** What happens to a task, until it has ended. */
  taskEvents(task_id: string, options: EventOptions = {}): AsyncGenerator<TaskEvent, void, void> {
    return this.#events(pathOf("/api/tasks/{task_id}/events", { task_id }), options);
  }

  /** What happens to a batch, until all of its tasks have ended. */
  batchEvents(batch_id: string, options: EventOptions = {}): AsyncGenerator<BatchEvent, void, void> {
    return this.#events(pathOf("/api/batches/{batch_id}/events", { batch_id }), options);
  }

  /** The passages that answer a query, best first. */
  search(query: string | Api.NewSearch, options: CallOptions = {}): Promise<Api.SearchAnswer> {
    return this.#calls.read("POST /api/search", {
      body: typeof query === "string" ? { query } : query,
      ...options,
    });
  }

  /** An answer out of the documents, by the language model of the service. */
  ask(question: string | Api.NewQuestion, options: CallOptions = {}): Promise<Api.Answer> {
    return this.#calls.request("POST /api/ask", {
      body: { ...questionOf(question), stream: false },
      ...options,
    });
  }

  /** The same, as it is written. */
  askEvents(
    question: string | Api.NewQuestion,
    options: CallOptions = {},
  ): AsyncGenerator<AskEvent, void, void> {
    return askEvents(this.#calls, { ...questionOf(question), stream: true }, options);
  }

  async *#events<E>(path: string, options: EventOptions): AsyncGenerator<E, void, void> {
    for await (const { id, event, data } of followEvents(this.#calls.transport, path, options)) {
      yield { id, event, data: JSON.parse(data) } as E;
    }
  }
}

/** A client of the service at `url`. */
export function createClient(options: ClientOptions = {}): TuttiClient {
  return new TuttiClient(options);
}

function questionOf(question: string | Api.NewQuestion): Api.NewQuestion {
  return typeof question === "string" ? { question } : question;
}
