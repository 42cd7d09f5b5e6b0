import type { Config } from "../config/mod.ts";
import { newCrawl } from "../http/schemas/new_crawl.ts";
import { createCrawlTask } from "../tasks/crawl.ts";
import { createScrapeTask } from "../tasks/scrape.ts";
import { createMapTask, createWebhookTask, type TaskDefinition, testTask } from "../tasks/mod.ts";

/** The built-in task types as the main isolate needs them: to check inputs. Running them is the workers'. */
export function builtInTasks(config: Config): TaskDefinition[] {
  const scrape = createScrapeTask({
    timeoutMs: config.SCRAPE_TIMEOUT_MS,
    scrape: () => Promise.reject(new Error("a scrape runs in a worker")),
  });
  const map = createMapTask({
    timeoutMs: config.SCRAPE_TIMEOUT_MS,
    map: () => Promise.reject(new Error("a map is made in a worker")),
  });
  const crawl = createCrawlTask({
    input: newCrawl(config.CRAWL_MAX_PAGES),
    startCrawl: () => Promise.reject(new Error("a worker asks for it")),
  });
  const webhook = createWebhookTask({
    sign: () => Promise.reject(new Error("webhooks are sent by a worker")),
  });
  const tasks = [scrape, map, crawl, webhook] as unknown as TaskDefinition[];
  return config.TEST_ENDPOINTS ? [...tasks, testTask] : tasks;
}
