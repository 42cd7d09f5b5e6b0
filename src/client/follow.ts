import type { Batch, Crawl, CrawlResult, Task } from "./api_types.ts";
import type { Calls } from "./calls.ts";
import type { AskEvent } from "./events.ts";
import { serverEventsOf } from "./lines.ts";
import { type FollowOptions, Patience } from "./patience.ts";
import { TuttiProblem, TuttiUnreachable } from "./problem.ts";
import { pathOf } from "./routes.ts";
import { followEvents, jsonLines } from "./streams.ts";
import type { CallOptions } from "./transport.ts";

/** Longest wait of one request; what lies between here and the service may end longer ones. */
const WAIT_S = 25;

const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** The task once it has ended, however it did. */
export async function waitForTask(calls: Calls, taskId: string, options: FollowOptions): Promise<Task> {
  const patience = new Patience(options);
  while (true) {
    try {
      const { signal } = options;
      const input = { path: { task_id: taskId }, query: { wait_s: WAIT_S }, signal };
      const task = await calls.request("GET /api/tasks/{task_id}", input);
      if (ENDED.has(task.status)) return task;
      patience.renew();
      // A service that stops answers at once: it is not asked again at once.
      await patience.bear(undefined);
    } catch (error) {
      await patience.bear(error);
    }
  }
}

/** The batch once all of its tasks have ended; `onProgress` hears how far it is. */
export async function waitForBatch(
  calls: Calls,
  batchId: string,
  { onProgress, ...options }: FollowOptions & { onProgress?: (batch: Batch) => void },
): Promise<Batch> {
  const path = pathOf("/api/batches/{batch_id}/events", { batch_id: batchId });
  for await (const { event, data } of followEvents(calls.transport, path, options)) {
    if (event !== "task") onProgress?.(JSON.parse(data) as Batch);
  }
  return await calls.request("GET /api/batches/{batch_id}", {
    path: { batch_id: batchId },
    signal: options.signal,
  });
}

/** What `crawlResults` takes. */
export interface CrawlResultsOptions extends FollowOptions {
  /** Go on until the crawl has ended. @default true */
  follow?: boolean;
}

/** The pages of a crawl that are done, with their results, in the order in which they were done. */
export async function* crawlResults(
  calls: Calls,
  crawlId: string,
  { follow = true, ...options }: CrawlResultsOptions,
): AsyncGenerator<CrawlResult, void, void> {
  const patience = new Patience(options);
  const names = { crawl_id: crawlId };
  const path = pathOf("/api/crawl/{crawl_id}/results.ndjson", names, { follow: follow || undefined });
  let given = 0;
  while (true) {
    let failure: unknown;
    try {
      // Their order does not change: after a break those that were given are passed over.
      let at = 0;
      for await (const page of jsonLines<CrawlResult>(calls.transport, path, options)) {
        if (at++ < given) continue;
        given++;
        patience.renew();
        yield page;
      }
      // A stream may also end early and say nothing, where its reader was slow and the service stopped.
      const { signal } = options;
      const crawl = await calls.request("GET /api/crawl/{crawl_id}", { path: names, signal });
      if (given >= doneOf(crawl) && (!follow || crawl.status !== "running")) return;
    } catch (error) {
      failure = error;
    }
    await patience.bear(failure);
  }
}

function doneOf({ counts }: Crawl): number {
  return counts.completed + counts.failed;
}

/** The answer as it is written. A failure on the way is thrown. */
export async function* askEvents(
  calls: Calls,
  body: object,
  { signal }: CallOptions,
): AsyncGenerator<AskEvent, void, void> {
  const { transport } = calls;
  const call = { method: "POST", path: "/api/ask", json: body, headers: { accept: "text/event-stream" } };
  const response = await transport.open({ ...call, signal });
  try {
    for await (const { event, data } of serverEventsOf(response.body!)) {
      const value = JSON.parse(data);
      if (event === "error") throw new TuttiProblem(value);
      yield { event, data: value } as AskEvent;
      if (event === "done") return;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TypeError ? new TuttiUnreachable(transport.url, error) : error;
  }
  throw new TuttiUnreachable(transport.url, new Error("the answer broke off"));
}
