import { z } from "zod";
import { parseExceptions } from "../platform/host_exceptions.ts";
import { searchSettings } from "./search_settings.ts";
import { MiB, oneOf, onOff, type Setting, whole } from "./setting.ts";

/**
 * Every setting of the service, once: name, meaning, default and range. `--help`, the README table, the env
 * permission list and the frozen `Config` all come from here.
 */

const list = z.string().transform((text) => text.split(",").map((part) => part.trim()).filter(Boolean));

const folder = (fallback: string) => z.string().min(1, "must name a folder").default(fallback);

const apiKeys = list.transform((pairs, ctx) =>
  pairs.map((pair) => {
    const colon = pair.indexOf(":");
    const name = pair.slice(0, colon);
    const secret = pair.slice(colon + 1);
    if (colon < 1 || !/^[A-Za-z0-9._-]{1,64}$/.test(name) || secret.length < 8) {
      // The value is a secret: the message names the place, never the text.
      ctx.addIssue("must be comma-separated name:secret pairs, each secret of 8 characters or more");
    }
    return { name, secret };
  })
);

/** What the sandbox will make of it: an IPv6 range, for one, is nothing Deno's permission flags can say. */
function isReadable(entry: string): boolean {
  try {
    return parseExceptions([entry]).size === 1;
  } catch {
    return false;
  }
}

const HOST_ENTRY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5}|\/\d{1,3})?$/i;
const privateHosts = list.refine(
  (entries) => entries.every((entry) => HOST_ENTRY.test(entry) && isReadable(entry)),
  "must be comma-separated host, host:port or IPv4 CIDR entries",
);

const retainS = (fallback: number) => whole(0, 3_153_600_000, fallback);
const retainCount = whole(0, 1_000_000_000, 1_000_000);

const settings = {
  HOST: { schema: z.string().min(1, "must be an address").default("127.0.0.1"), meaning: "bind address" },
  PORT: { schema: whole(0, 65535, 8080), meaning: "bind port; 0 lets the system choose" },
  WORKERS: {
    schema: whole(1, 64, 4),
    meaning: "Web Workers in the pool; `PATCH /api/workers` changes it at run time",
  },
  WORKER_CONCURRENCY: { schema: whole(1, 256, 16), meaning: "I/O-bound tasks at once in one worker" },
  DATA_DIR: { schema: folder("data"), meaning: "durable state: the queue, Chroma's data" },
  CACHE_DIR: { schema: folder("cache"), meaning: "the cache; may be deleted while the service is stopped" },
  LOG_DIR: { schema: folder("logs"), meaning: "`app.log` and `metrics.jsonl`" },
  API_KEYS: {
    schema: apiKeys.default([]),
    shown: "unset",
    meaning: "comma-separated `name:secret` pairs; sent as `Authorization: Bearer <secret>` or `X-API-Key`",
  },
  PROTECTED_MODE: {
    schema: onOff("on"),
    shown: "on",
    meaning: "without `API_KEYS`, answer only loopback peers; anyone else gets 403 with the remedy",
  },
  TEST_ENDPOINTS: {
    schema: onOff("on"),
    shown: "on",
    meaning: "`/api/test/*` and the `test` task type; the Docker image sets `off`",
  },
  ALLOW_PRIVATE_HOSTS: {
    schema: privateHosts.default([]),
    shown: "unset",
    meaning: "comma-separated `host`, `host:port` or IPv4 CIDR that scraping may reach though not public",
  },
  ...searchSettings,
  TASKS_DIR: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "folder of your own `defineTask` modules",
  },
  CACHE_STORE: { schema: oneOf(["fs", "kv"], "fs"), meaning: "`fs` (files) or `kv` (Deno KV)" },
  CACHE_MAX_BYTES: {
    schema: whole(MiB, Number.MAX_SAFE_INTEGER, 1024 * MiB),
    shown: "1073741824",
    meaning: "size of the cache on disk; the least recently used entries go first",
  },
  CACHE_MEMORY_MAX_BYTES: {
    schema: whole(0, Number.MAX_SAFE_INTEGER, 32 * MiB),
    meaning: "size of the memory tier in front of it; 0 switches it off",
  },
  REDIS_URL: {
    schema: z.undefined({ error: () => "is not supported by this version: leave it unset" }),
    shown: "unset",
    meaning: "reserved for the shared queue of a later version; setting it stops the start",
  },
  LOG_LEVEL: {
    schema: oneOf(["debug", "info", "warning", "error"], "info"),
    meaning: "least level that is logged: `debug`, `info`, `warning`, `error`",
  },
  LOG_FORMAT: {
    schema: z.enum(["pretty", "json"], { error: () => "must be one of pretty, json" }).optional(),
    shown: "`pretty` on a TTY, else `json`",
    meaning: "format on stderr; `app.log` is always JSON lines",
  },
  LOG_MAX_BYTES: { schema: whole(65536, 1024 * MiB, 32 * MiB), meaning: "size at which `app.log` rotates" },
  LOG_KEEP: {
    schema: whole(1, 100, 5),
    meaning: "rotated files of `app.log` and `metrics.jsonl` that are kept",
  },
  METRICS_MAX_BYTES: {
    schema: whole(65536, 1024 * MiB, 64 * MiB),
    meaning: "size at which `metrics.jsonl` rotates",
  },
  METRICS_FLUSH_MS: {
    schema: whole(10, 10_000, 250),
    meaning: "how long metrics lines are gathered before they are written",
  },
  SHUTDOWN_GRACE_MS: {
    schema: whole(0, 600_000, 10_000),
    meaning: "how long running tasks may finish after the first signal",
  },
  BODY_MAX_BYTES: { schema: whole(1024, 256 * MiB, 8 * MiB), meaning: "largest request body" },
  BODY_MAX_DEPTH: { schema: whole(4, 1000, 64), meaning: "deepest nesting of a JSON body" },
  BODY_TIMEOUT_MS: {
    schema: whole(100, 600_000, 15_000),
    meaning: "how long a request body may take to arrive",
  },
  QUEUE_MAX_LENGTH: {
    schema: whole(1, 1_000_000_000, 2_000_000),
    meaning: "tasks that may wait (queued + delayed); beyond it 503 `queue_full`",
  },
  PRIORITY_AGING_S: {
    schema: whole(0, 86_400, 60),
    meaning: "a waiting task gains one priority step per this many seconds; 0 switches aging off",
  },
  RETAIN_COMPLETED_S: {
    schema: retainS(604_800),
    meaning: "how long completed tasks are kept, in seconds from their end; 0: for ever",
  },
  RETAIN_COMPLETED_COUNT: {
    schema: retainCount,
    meaning: "completed tasks kept at most, the latest accepted; 0: without bound",
  },
  RETAIN_FAILED_S: {
    schema: retainS(2_592_000),
    meaning: "how long failed tasks are kept, in seconds from their end; 0: for ever",
  },
  RETAIN_FAILED_COUNT: {
    schema: retainCount,
    meaning: "failed tasks kept at most, the latest accepted; 0: without bound",
  },
  RETAIN_CANCELLED_S: {
    schema: retainS(604_800),
    meaning: "how long cancelled tasks are kept, in seconds from their end; 0: for ever",
  },
  RETAIN_CANCELLED_COUNT: {
    schema: retainCount,
    meaning: "cancelled tasks kept at most, the latest accepted; 0: without bound",
  },
  WEBHOOK_SECRET: {
    schema: z.string().min(16, "must be 16 characters or more").optional(),
    shown: "unset",
    meaning: "signs webhooks; unset: one is made and kept in `DATA_DIR`",
  },
  EVENTS_BUFFER_BYTES: {
    schema: whole(1024, 16 * MiB, 65_536),
    meaning: "what may wait for a reader of server-sent events before it is cut off",
  },
  TASK_MAX_ATTEMPTS: { schema: whole(1, 100, 3), meaning: "attempts of a task that names none" },
  TASK_TIMEOUT_MS: {
    schema: whole(100, 86_400_000, 120_000),
    meaning: "run time of one attempt where neither the task nor its type names one",
  },
  RESULT_MAX_BYTES: {
    schema: whole(1024, 256 * MiB, 16 * MiB),
    meaning: "largest result of a task, as JSON",
  },
  USER_AGENT: {
    schema: z.string().regex(/^[\x20-\x7e]{1,200}$/, "must be 1 to 200 printable ASCII characters")
      .default("TuttiBot/0.4 (+https://example.org/tutti-bot)"),
    meaning: "sent with every fetch; the first word is the robots.txt name; name a contact URL of your own",
  },
  SCRAPE_TIMEOUT_MS: { schema: whole(100, 600_000, 30_000), meaning: "run time of one scrape attempt" },
  SCRAPE_MAX_BYTES: { schema: whole(1024, 256 * MiB, 10 * MiB), meaning: "largest page, decoded" },
  SCRAPE_MAX_REDIRECTS: { schema: whole(0, 20, 5), meaning: "redirects followed for one page" },
  SCRAPE_PORTS: {
    schema: list.refine(
      (ports) =>
        ports.length > 0 && ports.every((p) => /^\d{1,5}$/.test(p) && Number(p) > 0 && Number(p) < 65536),
      "must be comma-separated port numbers",
    ).transform((ports) => ports.map(Number)).default([80, 443, 8080, 8443]),
    shown: "80,443,8080,8443",
    meaning: "ports that may be fetched from",
  },
  HOST_CONCURRENCY: { schema: whole(1, 256, 8), meaning: "requests at once to one host" },
  HOST_DELAY_MS: {
    schema: whole(0, 600_000, 0),
    meaning: "least time between two requests to one host; a `Crawl-delay` in robots.txt that is longer wins",
  },
  HOST_MAX_BACKOFF_S: {
    schema: whole(1, 86_400, 300),
    meaning: "longest a host that answers 429 or 503 is left alone, whatever it asks for",
  },
  ROBOTS_MAX_AGE_S: { schema: whole(60, 86_400, 86_400), meaning: "how long a robots.txt is kept" },
  CRAWL_MAX_PAGES: {
    schema: whole(1, 10_000_000, 10_000),
    meaning: "pages of a crawl that names no limit of its own, and the highest it may name",
  },
  BRANDS_DIR: {
    schema: z.string().min(1).optional(),
    shown: "`DATA_DIR/brands`",
    meaning: "folder of brand profiles, one YAML file a brand; read again when they change",
  },
  CHROMIUM_PATH: {
    schema: z.string().min(1).optional(),
    shown: "unset",
    meaning: "a Chromium of yours, for pages that need a browser (`render`); unset: those are refused",
  },
  RENDER_CONCURRENCY: { schema: whole(1, 64, 2), meaning: "pages in the browser at once" },
  RENDER_TIMEOUT_MS: {
    schema: whole(1000, 600_000, 20_000),
    meaning: "how long the browser may take over a page",
  },
  RENDER_MAX_REQUESTS: {
    schema: whole(1, 10_000, 200),
    meaning: "requests one page may make in the browser",
  },
  RENDER_MAX_BYTES: {
    schema: whole(65_536, 1024 * MiB, 50 * MiB),
    meaning: "what all requests of one page in the browser may bring, in bytes",
  },
  SANDBOX_HEAP_MB: { schema: whole(64, 4096, 256), meaning: "JavaScript heap of one sandbox process" },
  SANDBOX_RSS_MB: { schema: whole(128, 16_384, 768), meaning: "memory at which a sandbox process is killed" },
  SANDBOX_CPU_MS: {
    schema: whole(100, 600_000, 10_000),
    meaning: "how long one page may hold a sandbox process's thread",
  },
  SANDBOX_MAX_USES: {
    schema: whole(1, 1_000_000, 1000),
    meaning: "pages after which a sandbox process is replaced",
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** The settings, ready to use. Frozen: what a service was started with does not change under it. */
export type Config = Readonly<{ [K in SettingName]: z.output<(typeof settings)[K]["schema"]> }>;

/** Name, default and meaning of each setting, in the order of the table. */
export const SETTINGS: ReadonlyArray<
  { name: SettingName; shown: string; meaning: string; schema: z.ZodType }
> = (Object.entries(settings) as [SettingName, Setting][]).map(([name, setting]) => ({
  name,
  meaning: setting.meaning,
  schema: setting.schema,
  shown: setting.shown ?? String(setting.schema.parse(undefined)),
}));
