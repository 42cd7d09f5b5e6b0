import { scrapeOutput } from "../../tasks/mod.ts";
import { taskId } from "./common.ts";

/** What a scrape gives. A plain object in the document: the task's schema is checked where the task runs. */
export const waitedScrape = scrapeOutput.extend({ task_id: taskId }).openapi("WaitedScrape");
