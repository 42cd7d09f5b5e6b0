import { type SpanAttributes, traced } from "../platform/tracing/mod.ts";
import type { ServiceMethod } from "./protocol.ts";

/** What a call of the main isolate is called in a trace; the rest are too quick, or nobody's wait. */
const NAMES: Partial<Record<ServiceMethod, string>> = {
  hostAcquire: "wait for host",
  render: "render",
  startCrawl: "start crawl",
  cacheGet: "cache get",
  cacheSet: "cache set",
  indexScrape: "index",
  indexUpload: "index",
  rebuildIndex: "rebuild index",
};

/** The call, in a span where it has a name. Only to be asked where there are traces. */
export function tracedCall<T>(method: ServiceMethod, args: unknown[], call: () => Promise<T>): Promise<T> {
  const name = NAMES[method];
  if (name === undefined) return call();
  return traced(name, { attributes: attributesOf(method, args) }, async (span) => {
    const answer = await call();
    if (method === "cacheGet") span?.set({ "cache.hit": answer !== undefined });
    return answer;
  });
}

function attributesOf(method: ServiceMethod, [first]: unknown[]): SpanAttributes | undefined {
  if (typeof first !== "string") return undefined;
  switch (method) {
    case "hostAcquire":
      return { "host.key": first };
    case "indexScrape":
      return { "index.task_id": first };
    case "indexUpload":
      return { "index.upload_id": first };
    case "startCrawl":
      return { "crawl.id": first };
    default:
      return undefined; // a cache key holds a URL with its query
  }
}
