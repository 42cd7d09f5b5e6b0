import type { BrandScrapeOptions } from "../brands/port.ts";
import { DeferredError, InterruptedError, TaskError } from "../platform/errors.ts";
import { tracer } from "../platform/tracing/mod.ts";
import type { RenderedPage } from "../sandbox/browser/port.ts";
import type { IndexDocument, Upload } from "../search/index_port.ts";
import type { IndexedDocument, IndexOutcome, RebuildStep } from "../search/port.ts";
import { tracedCall } from "./call_traces.ts";
import type { CacheAnswer, HostFeedback, RenderRequest, WorkerServices } from "./port.ts";
import type { FromWorkerItem, ServiceMethod, ServiceReply } from "./protocol.ts";

/** The worker's end: `WorkerServices` whose calls become items for the main isolate and whose replies come back. */
export class ServicesClient implements WorkerServices {
  readonly #push: (item: FromWorkerItem) => void;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(push: (item: FromWorkerItem) => void) {
    this.#push = push;
  }

  cacheGet(key: string, allowStale: boolean): Promise<CacheAnswer | undefined> {
    return this.#call("cacheGet", [key, allowStale]);
  }

  cacheSet(
    key: string,
    valueJson: string,
    options: { maxAgeS: number; staleS?: number; tags?: string[] },
  ): Promise<void> {
    return this.#call("cacheSet", [key, valueJson, options]);
  }

  cacheDelete(key: string): Promise<boolean> {
    return this.#call("cacheDelete", [key]);
  }

  hostAcquire(
    key: string,
    limits: { concurrency: number; delayMs: number; crawlDelayMs?: number },
    options?: { maxWaitMs?: number },
  ): Promise<number> {
    return this.#call("hostAcquire", [key, limits, options]);
  }

  hostRelease(ticket: number, feedback?: HostFeedback): Promise<void> {
    return this.#call("hostRelease", [ticket, feedback]);
  }

  brandScrape(brand: string, url: string): Promise<BrandScrapeOptions | undefined> {
    return this.#call("brandScrape", [brand, url]);
  }

  render(request: RenderRequest): Promise<RenderedPage> {
    return this.#call("render", [request]);
  }

  startCrawl(crawlId: string, input: Record<string, unknown>): Promise<void> {
    return this.#call("startCrawl", [crawlId, input]);
  }

  indexScrape(taskId: string): Promise<IndexOutcome> {
    return this.#call("indexScrape", [taskId]);
  }

  takeUpload(uploadId: string): Promise<Upload | undefined> {
    return this.#call("takeUpload", [uploadId]);
  }

  indexUpload(uploadId: string, document: IndexDocument): Promise<IndexedDocument> {
    return this.#call("indexUpload", [uploadId, document]);
  }

  rebuildIndex(step: RebuildStep): ReturnType<WorkerServices["rebuildIndex"]> {
    return this.#call("rebuildIndex", [step]);
  }

  log(record: Parameters<WorkerServices["log"]>[0]): void {
    const traceId = tracer()?.active()?.traceId;
    this.#push({
      kind: "log",
      record: traceId === undefined ? record : { ...record, fields: { ...record.fields, trace_id: traceId } },
    });
  }

  /** Takes the main isolate's answer to call `id`. */
  settle(id: number, reply: ServiceReply): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (reply.kind === "value") waiting.resolve(reply.value);
    else waiting.reject(errorOf(reply));
  }

  #call<T>(method: ServiceMethod, args: unknown[]): Promise<T> {
    if (tracer() === undefined) return this.#send(method, args);
    return tracedCall(method, args, () => this.#send<T>(method, args));
  }

  #send<T>(method: ServiceMethod, args: unknown[]): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#push({ kind: "call", id, method, args });
    });
  }
}

function errorOf(reply: Exclude<ServiceReply, { kind: "value" }>): Error {
  switch (reply.kind) {
    case "task_error": {
      const { code, message, retryable, retry_after_s: retryAfterS } = reply.failure;
      return new TaskError(code, message, { retryable, retryAfterS });
    }
    case "interrupted":
      return new InterruptedError(reply.message);
    case "deferred":
      return new DeferredError(reply.retryAtMs, reply.message);
    case "error":
      return new Error(reply.message);
  }
}
