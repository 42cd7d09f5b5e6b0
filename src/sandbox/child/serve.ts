import { DeferredError, InterruptedError, TaskError } from "../../platform/errors.ts";
import { parseExceptions } from "../../platform/host_exceptions.ts";
import type { ProcessTaskRequest } from "../port.ts";
import type { ChildFailure, Hello, ToChild } from "../protocol.ts";
import { Bodies } from "./bodies.ts";
import { failureOf } from "./failure_of.ts";
import type { HopSettings } from "./fetch_hop.ts";
import { Link } from "./link.ts";
import { PageCalls } from "./page_calls.ts";
import type { PageParsers } from "./page_parsers.ts";
import { Thread } from "./thread.ts";

/** What a child is made with. Parsers load while it warms up: a page must not pay for that, nor its host wait. */
export interface ChildParts {
  loadParsers(): Promise<PageParsers>;
}

/** Reads calls from stdin and answers on stdout; the process ends when stdin does. */
export async function serveChild(parts: ChildParts): Promise<never> {
  const link = new Link();
  const hello = await link.hello();
  const bodies = new Bodies(hello.maxHeldBytes);
  const server = hello.kind === "task"
    ? new ChildServer(link, bodies, { tasks: await import("./run_task.ts") })
    : new ChildServer(link, bodies, {
      pages: new PageCalls({
        link,
        bodies,
        thread: new Thread(link),
        parsers: await parts.loadParsers(),
        hop: hopSettings(hello),
      }),
    });
  link.send({ t: "ready" });
  for await (const message of link.messages()) server.receive(message);
  Deno.exit(0);
}

interface Loaded {
  tasks?: typeof import("./run_task.ts");
  pages?: PageCalls;
}

class ChildServer {
  readonly #link: Link;
  readonly #bodies: Bodies;
  readonly #loaded: Loaded;
  readonly #running = new Map<number, AbortController>();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #asks = 0;

  constructor(link: Link, bodies: Bodies, loaded: Loaded) {
    this.#link = link;
    this.#bodies = bodies;
    this.#loaded = loaded;
  }

  receive(message: ToChild): void {
    switch (message.t) {
      case "ping":
        return this.#link.send({ t: "pong" });
      case "call":
        return void this.#answer(message);
      case "bytes":
        return this.#bodies.push(message.id, Uint8Array.fromBase64(message.data));
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
    const { tasks, pages } = this.#loaded;
    if (call.op !== "runTask") return await pages!.perform(call, signal);
    return await tasks!.runTask(call.id, call.args as ProcessTaskRequest, {
      tell: (m) => this.#link.send(m),
      ask: this.#askFor(call.id),
    }, signal);
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
