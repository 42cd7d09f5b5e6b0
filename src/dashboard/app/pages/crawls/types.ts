export const PAGE_STATES = [
  "waiting",
  "active",
  "completed",
  "failed",
  "cancelled",
  "duplicate",
  "skipped",
] as const;

/** A crawl, as far as it is shown. */
export interface Crawl {
  crawl_id: string;
  status: string;
  counts: Record<string, number>;
  changes?: Record<string, number>;
  limit_reached: boolean;
  warnings: string[];
  created_at: string;
  finished_at?: string;
  brand?: string;
  request: {
    start_urls: string[];
    max_pages?: number;
    max_depth?: number;
    site?: string;
    [name: string]: unknown;
  };
}

export interface CrawlPage {
  number: number;
  url: string;
  depth: number;
  state: string;
  task_id?: string;
  found_on?: string;
  change?: string;
  duplicate_of?: string;
  status_code?: number;
  title?: string;
  error?: { code: string; message: string };
  finished_at?: string;
}

const OPEN: ReadonlySet<string> = new Set(["waiting", "active"]);

/** Pages that are done with, of all that were found. */
export function progressOf({ counts }: Crawl): { done: number; total: number; failed: number } {
  let done = 0;
  let total = 0;
  for (const [state, n] of Object.entries(counts)) {
    total += n;
    if (!OPEN.has(state)) done += n;
  }
  return { done, total, failed: counts.failed ?? 0 };
}

/** Whether a task is one of a crawl: its id is made of the crawl's. */
export function isTaskOf(crawlId: string, taskId: string): boolean {
  return taskId.startsWith(`${crawlId}.`);
}

/** Whether a task is one of any crawl. */
export function isPageTask(taskId: string): boolean {
  return /\.[ps]\d{1,9}$/.test(taskId);
}
