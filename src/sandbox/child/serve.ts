import { DeferredError, InterruptedError, TaskError } from "../../platform/errors.ts";
import { parseExceptions } from "../../platform/host_exceptions.ts";
import type { ExtractedPage, ExtractRequest, HopRequest, ProcessTaskRequest, RobotsRules } from "../port.ts";
import type { ChildFailure, Hello, ToChild } from "../protocol.ts";
import { Bodies } from "./bodies.ts";
import { failureOf } from "./failure_of.ts";
import { fetchHop, type HopSettings } from "./fetch_hop.ts";
import { Link } from "./link.ts";

/** The parsers of strangers' bytes. */
export interface PageParsers {
  extractPage(bytes: Uint8Array, request: ExtractRequest): ExtractedPage | Promise<ExtractedPage>;
  parseRobots(text: string, agent: string): RobotsRules;
}

const CHUNK_BYTES = 384 * 1024;

/** What a child is made with. Parsers load while it warms up: a page must not pay for that, nor its host wait. */
export interface ChildParts {
  loadParsers(): Promise<PageParsers>;
}

/** Reads calls from stdin and answers on stdout; the process ends when stdin does. */
export async function serveChild(parts: ChildParts): Promise<never> {
  const link = new Link();
  const hello = await link.hello();
  const server = hello.kind === "task"
    ? new ChildServer(link, hello, { tasks: await import("./run_task.ts") })
    : new ChildServer(link, hello, { parsers: await parts.loadParsers(), hop: hopSettings(hello) });
  link.send({ t: "ready" });
  for await (const message of link.messages()) server.receive(message);
  Deno.exit(0);
}

interface Loaded {
  tasks?: typeof import("./run_task.ts");
  parsers?: PageParsers;
  hop?: HopSettings;
}

class ChildServer {
  readonly #link: Link;
  readonly #loaded: Loaded;
  readonly #bodies: Bodies;
  readonly #running = new Map<number, AbortController>();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #asks = 0;
  #thread: Promise<unknown> = Promise.resolve();

  constructor(link: Link, hello: Hello, loaded: Loaded) {
    this.#link = link;
    this.#loaded = loaded;
    this.#bodies = new Bodies(hello.maxHeldBytes);
  }

  receive(message: ToChild): void {
    switch (message.t) {
      case "ping":
        return this.#link.send({ t: "pong" });
      case "call":
        return void this.#answer(message);
      case "cancel":
        return this.#running.get(message.id)?.abort(new InterruptedError("The call was cancelled"));
      case "drop":
        return this.#bodies.drop(message.bodyId);
      case "answer": {
        const waiting = this.#asked.get(message.seq);
        this.#asked.delete(message.seq);
        if (message.error) waiting?.reject(errorOf(message.error));
        else waiting?.resolve(message.value);
      }
    }
  }

  async #answer(call: ToChild & { t: "call" }): Promise<void> {
    const { id } = call;
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      this.#link.send({ t: "result", id, value: await this.#perform(call, controller.signal) });
    } catch (error) {
      const fallback = { code: "handler_error", retryable: call.op === "runTask" } as const;
      this.#link.send({ t: "error", id, error: failureOf(error, fallback) });
    } finally {
      this.#running.delete(id);
    }
  }

  async #perform(call: ToChild & { t: "call" }, signal: AbortSignal): Promise<unknown> {
    const { id, bodyId = -1 } = call;
    switch (call.op) {
      case "fetch": {
        const { body, ...rest } = await fetchHop(call.args as HopRequest, this.#loaded.hop!, signal);
        if (body === undefined) return rest;
        this.#bodies.put(id, body);
        return { ...rest, sizeBytes: body.length };
      }
      case "extract": {
        const bytes = this.#bodies.take(bodyId);
        return await this.#alone(
          id,
          signal,
          () => this.#loaded.parsers!.extractPage(bytes, call.args as ExtractRequest),
        );
      }
      case "robots": {
        const text = new TextDecoder().decode(this.#bodies.take(bodyId));
        return await this.#alone(
          id,
          signal,
          () => this.#loaded.parsers!.parseRobots(text, (call.args as { agent: string }).agent),
        );
      }
      case "readBody": {
        const bytes = this.#bodies.take(bodyId);
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
          this.#link.send({ t: "chunk", id, data: bytes.subarray(at, at + CHUNK_BYTES).toBase64() });
        }
        return { sizeBytes: bytes.length };
      }
      case "runTask":
        return await this.#loaded.tasks!.runTask(id, call.args as ProcessTaskRequest, {
          tell: (m) => this.#link.send(m),
          ask: this.#askFor(id),
        }, signal);
    }
  }

  /** One section at a time holds the thread, and the parent knows whose it is. */
  async #alone<T>(id: number, signal: AbortSignal, section: () => T | Promise<T>): Promise<T> {
    const before = this.#thread;
    const done = Promise.withResolvers<void>();
    this.#thread = done.promise;
    try {
      await before;
      signal.throwIfAborted();
      this.#link.send({ t: "cpu", id });
      try {
        return await section();
      } finally {
        this.#link.send({ t: "idle", id });
      }
    } finally {
      done.resolve();
    }
  }

  #askFor(id: number) {
    return (method: "fetch" | "cacheGet" | "cacheSet" | "cacheDelete", args: unknown[]) => {
      const seq = this.#asks++;
      const answer = Promise.withResolvers<unknown>();
      this.#asked.set(seq, answer);
      this.#link.send({ t: "ask", id, seq, method, args });
      return answer.promise;
    };
  }
}

function errorOf({ code, message, retryable, retryAfterS, retryAtMs }: ChildFailure): Error {
  if (retryAtMs !== undefined) return new DeferredError(retryAtMs, message);
  return code === undefined
    ? new InterruptedError(message)
    : new TaskError(code, message, { retryable, retryAfterS });
}

function hopSettings({ kind, userAgent, ports, allowPrivateHosts }: Hello): HopSettings {
  if (kind === "page-private") {
    // Its own network permission names the exceptions and nothing else.
    return {
      rules: { ports, exceptions: parseExceptions(allowPrivateHosts) },
      userAgent,
      guardAddresses: false,
    };
  }
  // IPv4 only: `--deny-net` cannot name IPv6 ranges, so IPv6 is closed altogether.
  const client = Deno.createHttpClient({ localAddress: "0.0.0.0" });
  return { rules: { ports }, userAgent, guardAddresses: true, client };
}
