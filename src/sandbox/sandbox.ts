import type { z } from "zod";
import { InterruptedError, TaskError } from "../platform/errors.ts";
import { parseExceptions } from "../platform/host_exceptions.ts";
import { checkUrl, type UrlRules } from "../platform/url_rules.ts";
import { hopAnswer, robotsAnswer, sitemapAnswer } from "./answers.ts";
import type { CallRequest } from "./call.ts";
import { type ChildProcess, maxHeldBytes } from "./child_process.ts";
import { Children, type SandboxDeps } from "./children.ts";
import { concat } from "./frames.ts";
import { pageSchema } from "./page_schema.ts";
import type {
  BodyRef,
  CallOptions,
  ExtractedPage,
  ExtractRequest,
  FetchOptions,
  HopRequest,
  HopResponse,
  ProcessTaskHost,
  ProcessTaskRequest,
  RobotsRules,
  Sandbox,
  SandboxOptions,
  SandboxStatus,
  Sitemap,
} from "./port.ts";
import { waitWithin } from "./wait_within.ts";

/** A sandbox of child processes. */
export class ChildSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #rules: UrlRules;
  readonly #children: Children;

  constructor(options: SandboxOptions, deps: SandboxDeps = {}) {
    this.#options = options;
    this.#rules = { ports: options.ports, exceptions: parseExceptions(options.allowPrivateHosts) };
    this.#children = new Children(options, deps);
  }

  async warm(): Promise<void> {
    await this.#children.forPages("page").ready;
  }

  async fetch(request: HopRequest, { onExtract, ...options }: FetchOptions): Promise<HopResponse> {
    const url = checkUrl(request.url, this.#rules);
    // Routed by the URL's own host: an exception never widens what the child for public pages may reach.
    const kind = this.#rules.exceptions?.matches(url) ? "page-private" : "page";
    const { child, left } = await this.#children.readyForPages(kind, options);
    const args = { ...request, url: url.href };
    try {
      const { id, value } = await child.call({ op: "fetch", args, onSection: onExtract }, left);
      const { held, ...hop } = trusted(hopAnswer, value);
      const { sizeBytes } = hop;
      if (sizeBytes !== undefined && sizeBytes > request.maxBytes) {
        void child.end();
        throw new TaskError("too_large", `The body is larger than ${request.maxBytes} bytes`);
      }
      return held && sizeBytes !== undefined ? { ...hop, body: hold(child, id, sizeBytes) } : hop;
    } finally {
      this.#children.endIfDone(child);
    }
  }

  async put(bytes: Uint8Array, options: CallOptions): Promise<BodyRef> {
    const most = maxHeldBytes(this.#options.rssMb);
    if (bytes.length > most) throw new TaskError("too_large", `The body is larger than ${most} bytes`);
    const { child, left } = await this.#children.readyForPages("page", options);
    try {
      const args = { sizeBytes: bytes.length };
      const { id } = await child.call({ op: "put", args, upload: bytes }, left);
      return hold(child, id, bytes.length);
    } finally {
      this.#children.endIfDone(child);
    }
  }

  async extract(body: BodyRef, request: ExtractRequest, options: CallOptions): Promise<ExtractedPage> {
    return trusted(pageSchema, (await this.#take(body, { op: "extract", args: request }, options)).value);
  }

  async robots(body: BodyRef, request: { agent: string }, options: CallOptions): Promise<RobotsRules> {
    return trusted(robotsAnswer, (await this.#take(body, { op: "robots", args: request }, options)).value);
  }

  async sitemap(body: BodyRef, request: { maxEntries: number }, options: CallOptions): Promise<Sitemap> {
    const { value } = await this.#take(body, { op: "sitemap", args: request }, options);
    const sitemap = trusted(sitemapAnswer, value);
    if (sitemap.entries.length > request.maxEntries) throw malformed();
    return sitemap;
  }

  async readBody(body: BodyRef, options: CallOptions): Promise<Uint8Array> {
    const { chunks } = await this.#take(body, { op: "readBody", args: {} }, options);
    return concat(chunks, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  }

  drop(body: BodyRef): void {
    const { child, bodyId } = this.#find(body) ?? {};
    if (child === undefined || bodyId === undefined) return;
    child.drop(bodyId);
    this.#children.endIfDone(child);
  }

  async runTask(request: ProcessTaskRequest, host: ProcessTaskHost, options: CallOptions): Promise<string> {
    options.signal?.throwIfAborted();
    const folder = decodeURIComponent(new URL("./", request.moduleUrl).pathname);
    const child = this.#children.takeForTask(folder);
    try {
      const beganMs = performance.now();
      await waitWithin(child.ready, options);
      const timeoutMs = Math.max(1, options.timeoutMs - (performance.now() - beganMs));
      const { value } = await child.call({ op: "runTask", args: request, host }, { ...options, timeoutMs });
      if (typeof value !== "string" || value.length > request.maxResultBytes) throw malformed();
      return value;
    } finally {
      // One process, one task: nothing of it stays for the next.
      await child.end();
    }
  }

  status(): SandboxStatus {
    return this.#children.status();
  }

  get pids(): number[] {
    return this.status().pids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#children[Symbol.asyncDispose]();
  }

  async #take(body: BodyRef, request: CallRequest, options: CallOptions) {
    const { child, bodyId } = this.#find(body) ?? {};
    const size = child?.bodies.get(bodyId ?? -1);
    if (child === undefined || size === undefined) {
      throw new InterruptedError("The sandbox process that held this body has ended");
    }
    try {
      return await child.call({ ...request, bodyId, maxChunkBytes: size }, options);
    } finally {
      this.#children.endIfDone(child);
    }
  }

  #find(body: BodyRef): { child: ChildProcess; bodyId: number } | undefined {
    const [serial, bodyId] = body.id.split(":").map(Number);
    const child = this.#children.get(serial ?? -1);
    return child && bodyId !== undefined ? { child, bodyId } : undefined;
  }
}

/** Books a body as the child's to hold. */
function hold(child: ChildProcess, bodyId: number, sizeBytes: number): BodyRef {
  child.bodies.set(bodyId, sizeBytes);
  return { id: `${child.serial}:${bodyId}`, sizeBytes };
}

function trusted<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw malformed();
  return parsed.data;
}

function malformed(): TaskError {
  return new TaskError("handler_error", "The sandbox process gave an answer that is not of the agreed form", {
    retryable: false,
  });
}
