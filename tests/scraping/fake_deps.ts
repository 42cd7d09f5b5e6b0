import { NO_INDEX_WORK } from "../../src/search/off.ts";
import type { BrandScrapeOptions } from "../../src/brands/port.ts";
import { TaskError } from "../../src/platform/errors.ts";
import { extractPage } from "../../src/scraping/extract/mod.ts";
import {
  HostGate,
  parseRobots,
  RobotsGuard,
  type ScrapeDeps,
  type ScrapeSettings,
} from "../../src/scraping/mod.ts";
import type { BodyRef, HopRequest, HopResponse, Sandbox } from "../../src/sandbox/port.ts";
import type { CacheAnswer, HostFeedback, RenderRequest, WorkerServices } from "../../src/workers/port.ts";
import type { RenderedPage } from "../../src/sandbox/browser/port.ts";

const NO_PAGE = { status: 200, requests: 1, refused: 0, bytes: 0, html: "" };

export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  error?: TaskError;
}

/** A web of pages by URL, behind a sandbox that never touches the network. Unknown URLs are 404. */
export class FakeWeb {
  readonly requests: HopRequest[] = [];
  /** Pages extracted in the call that fetched them. */
  extracted = 0;
  readonly #pages: Record<string, FakeAnswer | ((request: HopRequest) => FakeAnswer)>;
  readonly #bodies = new Map<string, Uint8Array>();
  #nextBody = 1;

  constructor(pages: Record<string, FakeAnswer | ((request: HopRequest) => FakeAnswer)>) {
    this.#pages = pages;
  }

  /** Bodies nobody has taken or dropped. */
  get bodies(): number {
    return this.#bodies.size;
  }

  urls(): string[] {
    return this.requests.map((request) => request.url);
  }

  readonly sandbox: Sandbox = {
    warm: () => Promise.resolve(),
    fetch: async (request, options) => {
      this.requests.push(request);
      const page = this.#pages[request.url];
      const answer = typeof page === "function" ? page(request) : page ?? { status: 404, body: "none" };
      if (answer.error) throw answer.error;
      const { status = 200, headers = { "content-type": "text/html" } } = answer;
      const location = status >= 301 && status <= 308 ? headers.location : undefined;
      const response: HopResponse = { status, headers };
      if (location) response.redirectTo = new URL(location, request.url).href;
      if (answer.body === undefined) return response;
      const bytes = new TextEncoder().encode(answer.body);
      response.sizeBytes = bytes.length;
      response.bodySha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      if (request.extract && status >= 200 && status < 300) {
        if (response.bodySha256 === request.skipIfSha256) return response;
        options.onExtract?.();
        this.extracted++;
        response.page = extractPage(bytes, {
          contentType: headers["content-type"],
          ...request.extract,
        });
        return { ...response, extractMs: 1 };
      }
      response.body = this.#keep(bytes);
      return response;
    },
    extract: (body, request) => Promise.resolve(extractPage(this.#take(body), request)),
    robots: (body, { agent }) =>
      Promise.resolve(parseRobots(new TextDecoder().decode(this.#take(body)), agent)),
    sitemap: () => Promise.reject(new Error("not here")),
    put: (bytes) => Promise.resolve(this.#keep(bytes)),
    readBody: (body) => Promise.resolve(this.#take(body)),
    drop: (body) => void this.#take(body),
    runTask: () => Promise.reject(new Error("not here")),
    status: () => ({ alive: 1, killed: 0, pids: [] }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };

  #keep(bytes: Uint8Array): BodyRef {
    const id = String(this.#nextBody++);
    this.#bodies.set(id, bytes);
    return { id, sizeBytes: bytes.length };
  }

  #take(body: BodyRef): Uint8Array {
    const bytes = this.#bodies.get(body.id);
    if (!bytes) throw new Error(`Body ${body.id} is gone`);
    this.#bodies.delete(body.id);
    return bytes;
  }
}

export class FakeServices implements WorkerServices, Disposable {
  readonly cache = new Map<string, CacheAnswer & { tags?: string[]; maxAgeS: number }>();
  readonly gate = new HostGate();
  readonly acquired: string[] = [];
  readonly feedback: HostFeedback[] = [];
  readonly rendered: RenderRequest[] = [];
  /** Whether its gate learns what the host said. */
  obeysFeedback = false;
  brand?: BrandScrapeOptions;
  browser?: Partial<RenderedPage>;
  held = 0;

  cacheGet(key: string, allowStale: boolean): Promise<CacheAnswer | undefined> {
    const entry = this.cache.get(key);
    return Promise.resolve(entry && (allowStale || entry.freshUntilMs > Date.now()) ? entry : undefined);
  }

  cacheSet(key: string, valueJson: string, options: { maxAgeS: number; tags?: string[] }): Promise<void> {
    const storedMs = Date.now();
    this.cache.set(key, {
      valueJson,
      storedMs,
      freshUntilMs: storedMs + options.maxAgeS * 1000,
      stale: false,
      ...options,
    });
    return Promise.resolve();
  }

  cacheDelete(key: string): Promise<boolean> {
    return Promise.resolve(this.cache.delete(key));
  }

  async hostAcquire(
    key: string,
    limits: { concurrency: number; delayMs: number; crawlDelayMs?: number },
    options: { maxWaitMs?: number } = {},
  ): Promise<number> {
    this.acquired.push(`${key} ${limits.concurrency} ${limits.delayMs} ${limits.crawlDelayMs ?? 0}`);
    const ticket = await this.gate.acquire(key, limits, options);
    this.held++;
    return ticket;
  }

  hostRelease(ticket: number, feedback: HostFeedback = {}): Promise<void> {
    this.held--;
    this.feedback.push(feedback);
    // The fake remembers a backoff but does not wait for it, unless it is to.
    this.gate.release(ticket, this.obeysFeedback ? feedback : {});
    return Promise.resolve();
  }

  brandScrape(): Promise<BrandScrapeOptions | undefined> {
    return Promise.resolve(this.brand);
  }

  render(request: RenderRequest): Promise<RenderedPage> {
    this.rendered.push(request);
    return this.browser === undefined
      ? Promise.reject(new TaskError("browser_unavailable", "no browser"))
      : Promise.resolve({ ...NO_PAGE, finalUrl: request.url, ...this.browser });
  }

  startCrawl(): Promise<void> {
    return Promise.reject(new Error("not here"));
  }

  indexScrape = NO_INDEX_WORK.indexScrape;
  takeUpload = NO_INDEX_WORK.takeUpload;
  indexUpload = NO_INDEX_WORK.indexUpload;
  rebuildIndex = NO_INDEX_WORK.rebuildIndex;

  log(): void {}

  [Symbol.dispose](): void {
    this.gate[Symbol.dispose]();
  }
}

export const settings: ScrapeSettings = {
  userAgent: "TuttiBot/0.1",
  timeoutMs: 5000,
  maxBytes: 1_000_000,
  maxRedirects: 3,
  ports: [80, 443],
  allowPrivateHosts: [],
  hostConcurrency: 8,
  hostDelayMs: 0,
  robotsMaxAgeS: 3600,
};

export function fakeDeps(
  web: FakeWeb,
  services: FakeServices,
  own: Partial<ScrapeSettings> = {},
): ScrapeDeps {
  const deps = { sandbox: web.sandbox, services, settings: { ...settings, ...own } };
  return { ...deps, robots: new RobotsGuard(deps) };
}
