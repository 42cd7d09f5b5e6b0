import type { JsonCache } from "../cache/mod.ts";
import type { HostGate } from "../scraping/mod.ts";
import type { WorkerLogRecord, WorkerServices } from "../workers/mod.ts";

/** What workers may ask of the main isolate: the cache, a turn at a host, a line in the log. */
export function workerServices(deps: {
  cache: JsonCache;
  gate: HostGate;
  log: (record: WorkerLogRecord) => void;
}): WorkerServices {
  const { cache, gate, log } = deps;
  return {
    async cacheGet(key, allowStale) {
      const found = await cache.get<unknown>(key, { allowStale });
      if (found === undefined) return undefined;
      const { value, storedMs, freshUntilMs, stale } = found;
      return { valueJson: JSON.stringify(value), storedMs, freshUntilMs, stale };
    },
    cacheSet: (key, valueJson, options) => cache.set(key, JSON.parse(valueJson), options),
    cacheDelete: (key) => cache.delete(key),
    hostAcquire: (key, limits, options) => gate.acquire(key, limits, options),
    hostRelease: (ticket, feedback) => {
      gate.release(ticket, feedback);
      return Promise.resolve();
    },
    log,
  };
}
