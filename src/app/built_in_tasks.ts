import type { Config } from "../config/mod.ts";
import type { z } from "zod";
import { createCrawlTask } from "../tasks/crawl.ts";
import { createDocumentTask } from "../tasks/document.ts";
import { createIndexTask } from "../tasks/index_page.ts";
import { createRebuildTask } from "../tasks/index_rebuild.ts";
import { createScrapeTask, type ScrapeTaskDeps } from "../tasks/scrape.ts";
import { createMapTask, createWebhookTask, type TaskDefinition, testTask } from "../tasks/mod.ts";

/**
 * The built-in task types as the main isolate needs them: to check inputs. Running them is the workers'.
 * `crawlInput`: what a task of type `crawl` is asked with; without it there is no such type. `isIndexed`: which scrapes are
 * to be found by search; without it there is no search, and no type of its tasks.
 */
export function builtInTasks(
  config: Config,
  { crawlInput, isIndexed }: { crawlInput?: z.ZodType; isIndexed?: ScrapeTaskDeps["isIndexed"] } = {},
): TaskDefinition[] {
  const scrape = createScrapeTask({
    isIndexed,
    timeoutMs: config.SCRAPE_TIMEOUT_MS,
    scrape: () => Promise.reject(new Error("a scrape runs in a worker")),
  });
  const map = createMapTask({
    timeoutMs: config.SCRAPE_TIMEOUT_MS,
    map: () => Promise.reject(new Error("a map is made in a worker")),
  });
  const webhook = createWebhookTask({
    sign: () => Promise.reject(new Error("webhooks are sent by a worker")),
  });
  const tasks = [scrape, map, webhook] as unknown as TaskDefinition[];
  if (crawlInput !== undefined) {
    const startCrawl = () => Promise.reject(new Error("a worker asks for it"));
    tasks.push(createCrawlTask({ input: crawlInput, startCrawl }) as unknown as TaskDefinition);
  }
  if (isIndexed !== undefined) {
    const inWorker = () => Promise.reject(new Error("a worker asks for it"));
    tasks.push(
      ...[
        createIndexTask({ indexScrape: inWorker }),
        createRebuildTask({ rebuildIndex: inWorker }),
        createDocumentTask({
          takeUpload: inWorker,
          sandbox: inWorker,
          indexDocument: inWorker,
          timeoutMs: config.SCRAPE_TIMEOUT_MS,
        }),
      ] as unknown as TaskDefinition[],
    );
  }
  return config.TEST_ENDPOINTS ? [...tasks, testTask] : tasks;
}
