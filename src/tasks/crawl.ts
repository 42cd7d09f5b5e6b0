import { z } from "zod";
import { defineTask, type TaskDefinition } from "./define.ts";

const crawlOutput = z.object({ crawl_id: z.string() });

export interface CrawlTaskDeps<I extends z.ZodType> {
  /** What `POST /api/crawl` takes; a worker, which hands it on as it is, need not know it. */
  input: I;
  /** Starts a crawl of this id; a second time it does nothing. */
  startCrawl(crawlId: string, input: z.output<I>): Promise<void>;
}

/**
 * Starts a crawl: what a schedule runs to have a site crawled again and again. It ends when the crawl is on disk, not when
 * the crawl ends. An attempt after a crash finds the crawl of the first one.
 */
export function createCrawlTask<I extends z.ZodType>(
  { input, startCrawl }: CrawlTaskDeps<I>,
): TaskDefinition<I, typeof crawlOutput> {
  return defineTask({
    name: "crawl",
    input,
    output: crawlOutput,
    isolation: "thread",
    load: "io",
    async run(request, ctx) {
      // A task's id may be longer than a crawl's, of which those of its pages are made.
      const crawlId = `crawl-${ctx.taskId}`.slice(-110).replace(/^[.]+/, "");
      await startCrawl(crawlId, request);
      return { crawl_id: crawlId };
    },
  });
}
