import type { FieldSchema } from "./field_schema.ts";

/**
 * The sandbox: disposable child processes in which untrusted bytes are fetched, decoded and parsed, and nowhere else.
 * One `Sandbox` belongs to one worker. It keeps a child warm, replaces one that dies, hangs or has served its uses,
 * and turns what happened to it into the right error for the right caller:
 *
 * * the call that held the child's thread when it hung: `TaskError("timeout", retryable: false)`;
 * * the call that held it when the heap or memory limit struck: `TaskError("out_of_memory", retryable: false)`;
 * * every other call in that child: `InterruptedError`, which costs its task no attempt.
 */
export interface Sandbox extends AsyncDisposable {
  /** Starts the first child; calls do so too, a little later. */
  warm(): Promise<void>;
  /**
   * One request to one address: no redirect is followed, no robots.txt read, no host budget asked; the caller does all
   * that. The address is checked by URL, by the answers of DNS and by the child's own network permission. The decoded
   * body stays in the child under `body.id` until `extract`, `readBody`, `robots`, `sitemap` or `drop` takes it; with
   * `request.extract` the page is extracted in the same call, see there.
   * @throws {TaskError} blocked_address, dns, tls, connect, timeout, too_large, unsupported_content
   */
  fetch(request: HopRequest, options: FetchOptions): Promise<HopResponse>;
  /** Decodes, parses and extracts a body that `fetch` left in the child. Takes the body. */
  extract(body: BodyRef, request: ExtractRequest, options: CallOptions): Promise<ExtractedPage>;
  /** Parses a robots.txt body into its rules for one agent. Takes the body. */
  robots(body: BodyRef, request: { agent: string }, options: CallOptions): Promise<RobotsRules>;
  /** Parses a sitemap (XML or plain text, gzip or not, an index or a list; a feed too). Takes the body. */
  sitemap(body: BodyRef, request: { maxEntries: number }, options: CallOptions): Promise<Sitemap>;
  /**
   * Leaves bytes that were not fetched by a child (a page as a browser has it) with one, as if they had been.
   * @throws {TaskError} too_large for more than a child may hold (half of `SandboxOptions.rssMb`)
   * @throws {InterruptedError} where the child holds as many bodies as it may
   */
  put(bytes: Uint8Array, options: CallOptions): Promise<BodyRef>;
  /** The bytes of a body. Takes the body. */
  readBody(body: BodyRef, options: CallOptions): Promise<Uint8Array>;
  drop(body: BodyRef): void;
  /** Runs a user's `isolation: "process"` task in a child with no network of its own. Resolves to the result's JSON. */
  runTask(request: ProcessTaskRequest, host: ProcessTaskHost, options: CallOptions): Promise<string>;
  /** `pids`: of the children that live now. */
  status(): SandboxStatus;
}

export interface SandboxStatus {
  alive: number;
  killed: number;
  pids: number[];
}

export interface CallOptions {
  signal?: AbortSignal;
  /** The call fails with `timeout` after this long; a child that does not let go by then is killed. */
  timeoutMs: number;
}

export interface FetchOptions extends CallOptions {
  /**
   * With `HopRequest.extract`: called once, when the answer is in and its extraction begins. The site is asked nothing
   * more by then, so its turn may be given to the next. Never called where nothing is extracted.
   */
  onExtract?(): void;
}

export interface HopRequest {
  url: string;
  method?: "GET" | "HEAD" | "POST";
  /** Lower-case names. User-Agent and Accept-Encoding are set by the sandbox. */
  headers?: Record<string, string>;
  body?: string;
  /** Largest decoded body in bytes; 0: the body is left unread, and the answer has none. */
  maxBytes: number;
  /** Takes the first `maxBytes` of a longer body instead of failing with `too_large`. @default false */
  truncate?: boolean;
  /**
   * Extracts the page in this same call (one round trip instead of two) where the status is 200 to 299, the answer has
   * a body and leads nowhere else. Then the answer has `page` and no `body`: the child has let go of it. In every other
   * case it is as if this were not there: a body that came (of a 404, say) is held and to be taken or dropped.
   *
   * `contentType` left out is that of the answer. `timeoutMs` counts for fetch and extraction together, and the call
   * fails with the errors of both: a page that cannot be read is `unsupported_content` of the fetch. Once it holds the
   * child's thread it is judged like any `extract`: out of time or memory is its own, others are interrupted.
   */
  extract?: ExtractRequest;
  /**
   * With `extract`: a decoded body of this SHA-256 (hex, lower case) is not extracted. The answer has `bodySha256`,
   * which is this one, and neither `page` nor `body`.
   */
  skipIfSha256?: string;
}

export interface HopResponse {
  status: number;
  /** Lower-case names; capped in number and size. */
  headers: Record<string, string>;
  /** For 301, 302, 303, 307, 308 with a usable Location: the absolute URL. Not yet checked. */
  redirectTo?: string;
  body?: BodyRef;
  /** Of the decoded body, where one was read; also of one that was extracted or skipped. */
  sizeBytes?: number;
  /** SHA-256 (hex, lower case) of the decoded body, where one was read. */
  bodySha256?: string;
  /** What `HopRequest.extract` asked for. */
  page?: ExtractedPage;
  /** How long the extraction of `page` took, in ms, without the wait for its turn in the child. */
  extractMs?: number;
}

/** A body held by a child. Dies with the child: using it then throws `InterruptedError`. */
export interface BodyRef {
  id: string;
  sizeBytes: number;
}

export const PAGE_FORMATS = [
  "markdown",
  "html",
  "raw_html",
  "text",
  "links",
  "metadata",
  "product",
  "tables",
  "json",
] as const;
export type PageFormat = typeof PAGE_FORMATS[number];

/** What a page is, by its own words and by its shape. */
export const PAGE_KINDS = ["article", "product", "listing", "forum", "documentation", "other"] as const;
export type PageKind = typeof PAGE_KINDS[number];

export interface ExtractRequest {
  /** The page's final URL; links and images are resolved against it (and its base element). */
  url: string;
  contentType?: string;
  formats: PageFormat[];
  /** For the format `json`. */
  fields?: FieldSchema;
  /** A brand profile's own fields, given as `fields` of the page whatever the formats. */
  brandFields?: FieldSchema;
  /** Selector of the link to the next page of a listing, where `rel=next` does not tell. */
  nextSelector?: string;
}

/** What a page says. Keys are those of the task's result, so they are snake_case and absent where not asked for. */
export interface ExtractedPage {
  content_type: string;
  charset?: string;
  title?: string;
  /** BCP 47, as the page declares it. */
  language?: string;
  /** Text direction of the main content. */
  direction?: "ltr" | "rtl";
  /** SHA-256 (hex) of the main text, for telling change from noise. */
  content_hash: string;
  markdown?: string;
  html?: string;
  raw_html?: string;
  text?: string;
  links?: PageLink[];
  metadata?: Record<string, string | string[]>;
  product?: Product | null;
  /** Of an HTML page. */
  kind?: PageKind;
  /** What the page calls its own address. */
  canonical_url?: string;
  /** The next page of a listing. */
  next_url?: string;
  /** Where a meta refresh leads. Nobody follows it by itself. */
  refresh_url?: string;
  /** What its robots meta tags ask of crawlers. */
  directives?: ("noindex" | "nofollow")[];
  /** Data tables of the page, or the rows of a CSV. */
  tables?: PageTable[];
  /** The caller's `fields`; null where the page is no HTML. */
  json?: Record<string, unknown> | null;
  /** The brand profile's fields. */
  fields?: Record<string, unknown>;
  /** Of a PDF: where each page begins in `markdown` and `text`, in characters. */
  pages?: { number: number; title?: string; markdown_start?: number; text_start?: number }[];
}

export interface PageTable {
  caption?: string;
  headers: string[];
  rows: string[][];
}

/** A sitemap: the pages of a site, or the sitemaps that have them. */
export interface Sitemap {
  kind: "pages" | "index";
  entries: { url: string; lastmod?: string }[];
  /** It had more than was asked for. */
  truncated: boolean;
}

export interface PageLink {
  url: string;
  text: string;
  rel?: string;
}

/** A product: each field names where it was found. Prices are plain decimal strings. */
export type Product = { [K in ProductField]?: Sourced<ProductFields[K]> };
export type ProductField = keyof ProductFields;

export interface ProductFields {
  name: string;
  brand: string;
  sku: string;
  gtin: string;
  mpn: string;
  description: string;
  /** Decimal with a point, no grouping: `1299.90`. */
  price: string;
  /** ISO 4217 where it can be told, else the symbol as shown. */
  currency: string;
  availability: "InStock" | "OutOfStock" | "PreOrder" | "BackOrder" | "Discontinued" | "LimitedAvailability";
  condition: string;
  url: string;
  images: string[];
  rating: { value: number; best?: number; count?: number };
  breadcrumbs: string[];
  specifications: { name: string; value: string }[];
}

export interface Sourced<T> {
  value: T;
  source: "json-ld" | "microdata" | "rdfa" | "opengraph" | "meta" | "embedded-state" | "page";
  /** 0..1, how sure the extractor is. */
  confidence: number;
}

/** The rules of a robots.txt that apply to one agent (RFC 9309), small enough to cache. */
export interface RobotsRules {
  /** Patterns as written after decoding, longest match wins, allow wins a tie. */
  rules: { allow: boolean; pattern: string }[];
  crawlDelayS?: number;
  sitemaps: string[];
}

export interface ProcessTaskRequest {
  taskId: string;
  type: string;
  /** `file:` URL of the module that defines the task. */
  moduleUrl: string;
  inputJson: string;
  attempt: number;
  brand?: string;
  batchId?: string;
  maxResultBytes: number;
}

/** What a process task asks of its worker. */
export interface ProcessTaskHost {
  progress(done: number, total: number, message?: string): void;
  log(level: "debug" | "info" | "warning" | "error", message: string, fields?: Record<string, unknown>): void;
  fetch(
    url: string,
    init: {
      method?: string;
      headers?: Record<string, string>;
      body?: string;
      maxBytes?: number;
      respectRobots?: boolean;
      redirect?: "follow" | "manual";
    },
    signal: AbortSignal,
  ): Promise<{ status: number; headers: Record<string, string>; url: string; body: Uint8Array }>;
  cacheGet(key: string): Promise<string | undefined>;
  cacheSet(
    key: string,
    valueJson: string,
    options: { maxAgeS: number; staleS?: number; tags?: string[] },
  ): Promise<void>;
  cacheDelete(key: string): Promise<boolean>;
}

/** The settings a sandbox is made with; plain data, so that it crosses into a worker. */
export interface SandboxOptions {
  userAgent: string;
  heapMb: number;
  rssMb: number;
  cpuMs: number;
  maxUses: number;
  ports: number[];
  allowPrivateHosts: string[];
}
