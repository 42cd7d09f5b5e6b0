/** Crawlee and Scrapy on the same site, a process of their own each time; seconds as they see them, start-up left out. */
import { nodePeer } from "../lib/node_peer.ts";
import { lastLine, output } from "../lib/output.ts";
import type { CrawlTime } from "./ours.ts";

/** Debian's own Python: the one `python3-scrapy` is for. */
const PYTHON = "/usr/bin/python3";
const SCRAPY = new URL("../peers/crawl/scrapy_peer.py", import.meta.url).pathname;

export async function crawlee(
  start: string,
  options: { concurrency: number; markdown: boolean },
): Promise<CrawlTime> {
  return await inFolder((folder) =>
    nodePeer<CrawlTime>("crawl/crawlee_peer.mjs", "crawl", { start, folder, ...options })
  );
}

export async function scrapy(start: string, options: { concurrency: number }): Promise<CrawlTime> {
  return await inFolder(async (folder) => {
    const settings = { start, file: `${folder}/pages.jsonl`, ...options };
    return JSON.parse(lastLine(await output(PYTHON, [SCRAPY, JSON.stringify(settings)], { cwd: folder })));
  });
}

export interface PlainRun {
  pages: number;
  failed: number;
  cpuS: number;
}

/** linkedom, Readability and turndown over the pages of a folder, so many times. */
export async function plainScript(folder: string, passes: number): Promise<PlainRun> {
  return await nodePeer("crawl/plain_script.mjs", "convert", { folder, passes }, { timeoutMs: 600_000 });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-bench-crawl-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
