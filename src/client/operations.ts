import type { CacheInvalidation, CacheStats, PauseScope, QueueStatus, WorkersStatus } from "./api_types.ts";
import type { Calls } from "./calls.ts";
import type { RouteQuery } from "./routes.ts";
import type { CallOptions } from "./transport.ts";

/** The queue as a whole. */
export class QueueControl {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async status(options: CallOptions = {}): Promise<QueueStatus> {
    return await this.#calls.request("GET /api/tasks/queue/status", options);
  }

  /** Starts no more tasks: of a type or a key, or at all. What runs goes on. */
  async pause(body?: PauseScope, options: CallOptions = {}): Promise<QueueStatus> {
    return await this.#calls.request("POST /api/queue/pause", { body, ...options });
  }

  async resume(body?: PauseScope, options: CallOptions = {}): Promise<QueueStatus> {
    return await this.#calls.request("POST /api/queue/resume", { body, ...options });
  }

  /** How many workers there are to be. */
  async setWorkers(count: number, options: CallOptions = {}): Promise<WorkersStatus> {
    return await this.#calls.request("PATCH /api/workers", { body: { count }, ...options });
  }
}

/** What was fetched before. */
export class CacheControl {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async stats(options: CallOptions = {}): Promise<CacheStats> {
    return await this.#calls.request("GET /api/cache/stats", options);
  }

  /** Drops what a key, a prefix of keys or a tag names. */
  async clear(query: RouteQuery<"DELETE /api/cache">, options: CallOptions = {}): Promise<CacheInvalidation> {
    return await this.#calls.request("DELETE /api/cache", { query, ...options });
  }
}
