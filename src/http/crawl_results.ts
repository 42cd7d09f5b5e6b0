import type { CrawlPage, Crawls, CrawlState } from "../crawl/port.ts";
import { ServiceError } from "../platform/errors.ts";
import type { Queue } from "../queue/service_port.ts";
import { byteLength } from "./byte_length.ts";
import { crawlPageBody } from "./schemas/crawl.ts";

/** Pages of which the results are read before the next ones are looked for. */
const PAGES_A_READ = 20;
/** An answer ends early, with the rest behind `next`, once it is this long: a result may be megabytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The results of one crawl's pages, in the order in which these were done. */
export class CrawlResults {
  readonly #queue: Queue;
  readonly #crawls: Crawls;
  readonly #crawlId: string;
  /** A crawl reads the links of its pages whether they were asked for or not. */
  readonly #dropsLinks: boolean;

  constructor(deps: { queue: Queue; crawls: Crawls }, crawl: CrawlState) {
    this.#queue = deps.queue;
    this.#crawls = deps.crawls;
    this.#crawlId = crawl.crawlId;
    this.#dropsLinks = !(crawl.request.scrape?.formats ?? []).includes("links");
  }

  /** Pages that were done after a cursor; results are not read. */
  pages(limit: number, cursor: string | undefined): Promise<{ pages: CrawlPage[]; nextCursor?: string }> {
    return this.#crawls.pages(this.#crawlId, { limit, cursor, order: "finish" });
  }

  /** As JSON texts, up to `limit` of them; fewer where they are long. `drained`: all that was done has been read. */
  async read(
    limit: number,
    cursor: string | undefined,
  ): Promise<{ texts: string[]; cursor?: string; drained: boolean }> {
    const texts: string[] = [];
    let bytes = 0;
    let at = cursor;
    while (texts.length < limit && bytes < MAX_ANSWER_BYTES) {
      const { pages, nextCursor = at } = await this.pages(Math.min(PAGES_A_READ, limit - texts.length), at);
      if (pages.length === 0) return { texts, cursor: at, drained: true };
      for (const page of pages) {
        const text = await this.textOf(page);
        bytes += byteLength(text);
        texts.push(text);
      }
      at = nextCursor;
    }
    return { texts, cursor: at, drained: (await this.pages(1, at)).pages.length === 0 };
  }

  /** A page with what its scrape gave, as JSON text. */
  async textOf(page: CrawlPage): Promise<string> {
    const text = JSON.stringify(crawlPageBody(page));
    const result = page.taskId === undefined ? undefined : await this.#resultOf(page.taskId);
    return result === undefined ? text : `${text.slice(0, -1)},"result":${result}}`;
  }

  async #resultOf(taskId: string): Promise<string | undefined> {
    try {
      const { resultJson } = await this.#queue.get(taskId);
      return resultJson === undefined || !this.#dropsLinks ? resultJson : withoutLinks(resultJson);
    } catch (error) {
      // Forgotten by retention, or not accepted yet: the page is told all the same.
      if (error instanceof ServiceError && error.code === "not_found") return undefined;
      throw error;
    }
  }
}

function withoutLinks(resultJson: string): string {
  if (!resultJson.includes('"links":')) return resultJson;
  const { links: _, ...rest } = JSON.parse(resultJson) as { links?: unknown };
  return JSON.stringify(rest);
}
