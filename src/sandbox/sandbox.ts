import type { z } from "zod";
import { InterruptedError, TaskError } from "../platform/errors.ts";
import { parseExceptions } from "../platform/host_exceptions.ts";
import { checkUrl, type UrlRules } from "../platform/url_rules.ts";
import { hopAnswer, robotsAnswer } from "./answers.ts";
import type { CallRequest } from "./call.ts";
import { ChildProcess } from "./child_process.ts";
import { concat } from "./frames.ts";
import type {
  BodyRef,
  CallOptions,
  ExtractedPage,
  ExtractRequest,
  HopRequest,
  HopResponse,
  ProcessTaskHost,
  ProcessTaskRequest,
  RobotsRules,
  Sandbox,
  SandboxOptions,
  SandboxStatus,
} from "./port.ts";
import { pageSchema } from "./page_schema.ts";
import type { ChildKind } from "./protocol.ts";
import { waitWithin } from "./wait_within.ts";

type PageKind = Exclude<ChildKind, "task">;

/** How long a child that takes no more fetches may wait for its bodies to be taken. */
const RETIREMENT_MS = 120_000;

export interface SandboxDeps {
  /** The program of the children. @default the one that reads pages with this project's parsers */
  entry?: URL;
  /** Called whenever a child has started or ended. */
  onChange?: () => void;
}

/** A sandbox of child processes. One for public pages is kept warm; the other kinds start when first needed. */
export class ChildSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #rules: UrlRules;
  readonly #entry?: URL;
  readonly #onChange: () => void;
  readonly #children = new Map<number, ChildProcess>();
  readonly #current = new Map<PageKind, ChildProcess>();
  #spareTask?: { folder: string; child: ChildProcess };
  #killed = 0;
  #closed = false;

  constructor(options: SandboxOptions, deps: SandboxDeps = {}) {
    this.#options = options;
    this.#entry = deps.entry;
    this.#onChange = deps.onChange ?? (() => {});
    this.#rules = { ports: options.ports, exceptions: parseExceptions(options.allowPrivateHosts) };
  }

  async warm(): Promise<void> {
    await this.#pageChild("page").ready;
  }

  async fetch(request: HopRequest, options: CallOptions): Promise<HopResponse> {
    const url = checkUrl(request.url, this.#rules);
    // Routed by the URL's own host: an exception never widens what the child for public pages may reach.
    const kind = this.#rules.exceptions?.matches(url) ? "page-private" : "page";
    const beganMs = performance.now();
    const child = await this.#ready(kind, options);
    child.uses++;
    const timeoutMs = Math.max(1, options.timeoutMs - (performance.now() - beganMs));
    const { id, value } = await child.call({ op: "fetch", args: { ...request, url: url.href } }, {
      ...options,
      timeoutMs,
    });
    const { sizeBytes, ...hop } = trusted(hopAnswer, value);
    if (sizeBytes === undefined) return hop;
    if (sizeBytes > request.maxBytes) {
      void child.end();
      throw new TaskError("too_large", `The body is larger than ${request.maxBytes} bytes`);
    }
    child.bodies.set(id, sizeBytes);
    return { ...hop, body: { id: `${child.serial}:${id}`, sizeBytes } };
  }

  async extract(body: BodyRef, request: ExtractRequest, options: CallOptions): Promise<ExtractedPage> {
    return trusted(pageSchema, (await this.#take(body, { op: "extract", args: request }, options)).value);
  }

  async robots(body: BodyRef, request: { agent: string }, options: CallOptions): Promise<RobotsRules> {
    return trusted(robotsAnswer, (await this.#take(body, { op: "robots", args: request }, options)).value);
  }

  async readBody(body: BodyRef, options: CallOptions): Promise<Uint8Array> {
    const { chunks } = await this.#take(body, { op: "readBody", args: {} }, options);
    return concat(chunks, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  }

  drop(body: BodyRef): void {
    const { child, bodyId } = this.#find(body) ?? {};
    if (child === undefined || bodyId === undefined) return;
    child.drop(bodyId);
    this.#endIfDone(child);
  }

  async runTask(request: ProcessTaskRequest, host: ProcessTaskHost, options: CallOptions): Promise<string> {
    options.signal?.throwIfAborted();
    this.#throwIfClosed();
    const folder = decodeURIComponent(new URL("./", request.moduleUrl).pathname);
    const child = this.#takeTaskChild(folder);
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
    return { alive: this.#children.size, killed: this.#killed, pids: this.pids };
  }

  get pids(): number[] {
    return [...this.#children.values()].map((child) => child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#children.values()].map((child) => child.end()));
  }

  #pageChild(kind: PageKind): ChildProcess {
    this.#throwIfClosed();
    const current = this.#current.get(kind);
    if (current?.serving && current.uses < this.#options.maxUses) return current;
    if (current?.serving) this.#retire(current);
    const fresh = this.#start(kind);
    this.#current.set(kind, fresh);
    void fresh.ended.then(() => {
      if (this.#current.get(kind) !== fresh) return;
      this.#current.delete(kind);
      // The next page should not wait for it; one that could not even start is left to the next caller to try.
      if (fresh.isReady && !this.#closed) this.#pageChild(kind);
    });
    return fresh;
  }

  async #ready(kind: PageKind, options: CallOptions): Promise<ChildProcess> {
    for (let tries = 0;; tries++) {
      const child = this.#pageChild(kind);
      await waitWithin(child.ready, options);
      if (child.serving || tries === 2) return child;
    }
  }

  #start(kind: ChildKind, readable: readonly string[] = []): ChildProcess {
    const child = new ChildProcess(kind, this.#options, { readable, entry: this.#entry });
    this.#children.set(child.serial, child);
    this.#onChange();
    void child.ended.then(() => {
      this.#children.delete(child.serial);
      if (!child.endedOnPurpose) this.#killed++;
      this.#onChange();
    });
    return child;
  }

  #takeTaskChild(folder: string): ChildProcess {
    const spare = this.#spareTask;
    const usable = spare?.folder === folder && spare.child.serving ? spare.child : undefined;
    if (spare && !usable) void spare.child.end();
    this.#spareTask = { folder, child: this.#start("task", [folder]) };
    return usable ?? this.#start("task", [folder]);
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
      this.#endIfDone(child);
    }
  }

  #find(body: BodyRef): { child: ChildProcess; bodyId: number } | undefined {
    const [serial, bodyId] = body.id.split(":").map(Number);
    const child = this.#children.get(serial ?? -1);
    return child && bodyId !== undefined ? { child, bodyId } : undefined;
  }

  #retire(child: ChildProcess): void {
    child.retire(RETIREMENT_MS);
    this.#endIfDone(child);
  }

  /**
   * In a turn of its own: who was just given this child, or an answer of it, has not had the microtask yet in which it
   * makes its call or books its body, and would lose both to a neighbour's last word.
   */
  #endIfDone(child: ChildProcess): void {
    if (!child.retired) return;
    setTimeout(() => {
      if (child.idle) void child.end();
    });
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new InterruptedError("The sandbox has been closed");
  }
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
