import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { type Browser, createBrowser } from "../sandbox/browser/mod.ts";

/** The browser of the service: nothing runs before the first page wants it, and none does without `CHROMIUM_PATH`. */
export function openBrowser(
  config: Config,
  options: { log: (level: "info" | "warning", event: string, fields: Record<string, unknown>) => void },
): Browser {
  return createBrowser({
    chromiumPath: config.CHROMIUM_PATH,
    folder: join(config.CACHE_DIR, "browser"),
    userAgent: config.USER_AGENT,
    ports: [...config.SCRAPE_PORTS],
    allowPrivateHosts: [...config.ALLOW_PRIVATE_HOSTS],
    concurrency: config.RENDER_CONCURRENCY,
    maxRequests: config.RENDER_MAX_REQUESTS,
    maxBytes: config.RENDER_MAX_BYTES,
    heapMb: config.SANDBOX_HEAP_MB,
    rssMb: config.SANDBOX_RSS_MB,
  }, options);
}
