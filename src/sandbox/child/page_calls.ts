import type { ExtractedPage, ExtractRequest, HopRequest } from "../port.ts";
import type { ToChild } from "../protocol.ts";
import type { Bodies } from "./bodies.ts";
import { fetchHop, type HopSettings } from "./fetch_hop.ts";
import type { Sender } from "./link.ts";
import type { PageParsers } from "./page_parsers.ts";
import { sha256 } from "./sha256.ts";
import type { Thread } from "./thread.ts";

const CHUNK_BYTES = 384 * 1024;

export interface PageCallsDeps {
  link: Sender;
  bodies: Bodies;
  thread: Thread;
  parsers: PageParsers;
  hop: HopSettings;
}

/** What a child for pages does, call by call. */
export class PageCalls {
  readonly #deps: PageCallsDeps;

  constructor(deps: PageCallsDeps) {
    this.#deps = deps;
  }

  /** @returns what the parent is answered; a body stays under the id of the call that brought it */
  async perform(call: ToChild & { t: "call" }, signal: AbortSignal): Promise<unknown> {
    const { link, bodies, thread, parsers } = this.#deps;
    const { id, args, bodyId = -1 } = call;
    switch (call.op) {
      case "fetch":
        return await this.#fetch(id, args as HopRequest, signal);
      case "put": {
        const { sizeBytes } = args as { sizeBytes: number };
        await bodies.arrive(id, sizeBytes, signal);
        return { sizeBytes };
      }
      case "extract": {
        const bytes = bodies.take(bodyId);
        return await thread.alone(id, signal, () => parsers.extractPage(bytes, args as ExtractRequest));
      }
      case "robots": {
        const text = new TextDecoder().decode(bodies.take(bodyId));
        return await thread.alone(
          id,
          signal,
          () => parsers.parseRobots(text, (args as { agent: string }).agent),
        );
      }
      case "sitemap": {
        const bytes = bodies.take(bodyId);
        return await thread.alone(
          id,
          signal,
          () => parsers.parseSitemap(bytes, args as { maxEntries: number }),
        );
      }
      case "readBody": {
        const bytes = bodies.take(bodyId);
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
          link.send({ t: "chunk", id, data: bytes.subarray(at, at + CHUNK_BYTES).toBase64() });
        }
        return { sizeBytes: bytes.length };
      }
      default:
        throw new Error(`Cannot do "${call.op}" in a process for pages`);
    }
  }

  async #fetch(id: number, request: HopRequest, signal: AbortSignal): Promise<unknown> {
    const { bodies, hop } = this.#deps;
    const { body, ...answer } = await fetchHop(request, hop, signal);
    if (body === undefined) return answer;
    const bodySha256 = await sha256(body);
    // While it hashed, the caller may have left; it would take no body.
    signal.throwIfAborted();
    const read = { ...answer, sizeBytes: body.length, bodySha256 };
    const wanted = request.extract !== undefined && answer.redirectTo === undefined && answer.status >= 200 &&
      answer.status < 300;
    if (wanted && bodySha256 === request.skipIfSha256) return read;
    bodies.put(id, body);
    if (!wanted) return { ...read, held: true };
    const contentType = request.extract!.contentType ?? answer.headers["content-type"];
    return { ...read, ...await this.#extractHeld(id, { ...request.extract!, contentType }, signal) };
  }

  /** Of the body that call `id` has just brought. It counts as held while it waits for the thread. */
  async #extractHeld(
    id: number,
    request: ExtractRequest,
    signal: AbortSignal,
  ): Promise<{ page: ExtractedPage; extractMs: number }> {
    const { bodies, thread, parsers } = this.#deps;
    try {
      return await thread.alone(id, signal, async () => {
        const bytes = bodies.take(id);
        const beganMs = performance.now();
        const page = await parsers.extractPage(bytes, request);
        return { page, extractMs: Math.round(performance.now() - beganMs) };
      });
    } finally {
      bodies.drop(id);
    }
  }
}
