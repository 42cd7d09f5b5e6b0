import { type Command, Option } from "commander";
import type { NewScrape } from "../../client/mod.ts";
import { given, whole } from "../options.ts";
import { exitCodeOfTask, type Run } from "../session.ts";
import { resultText, showTask } from "./task_text.ts";
import { tellOrWait, waitWithBar } from "./wait.ts";

/** Options of how pages are read; the same of one page, many and a site. */
export interface PageOptions {
  brand?: string;
  format?: NewScrape["formats"];
  render?: NewScrape["render"];
  maxAge?: number;
  priority?: number;
  robots: boolean;
}

const FORMATS = ["markdown", "html", "raw_html", "text", "links", "metadata", "product", "tables"] as const;

/** Adds them to a command. */
export function pageOptions(command: Command): Command {
  return command
    .option("--brand <brand>", "whose the page is; its profile says what is read off it")
    .addOption(
      new Option("--format <format...>", "what to extract (default: markdown and metadata)").choices(FORMATS),
    )
    .addOption(
      new Option("--render <when>", "whether a browser draws it").choices(["never", "auto", "always"]),
    )
    .option("--max-age <seconds>", "an answer no older than this may come from the cache", whole(0))
    .option("--priority <0..10>", "higher runs sooner", whole(0, 10))
    .option("--no-robots", "do not ask robots.txt");
}

/** As the API names them. */
export function pageFields({ brand, format, render, maxAge, priority, robots }: PageOptions) {
  return given({
    brand,
    formats: format,
    render,
    max_age_s: maxAge,
    priority,
    respect_robots: robots ? undefined : false,
  });
}

/** `tutti scrape URL` */
export function scrapeCommand(program: Command, run: Run): void {
  pageOptions(
    program.command("scrape")
      .summary("read a page")
      .description("Queues the scrape of a page and prints its task. With --wait: the page, as Markdown.")
      .argument("<url>")
      .option("--wait", "wait for it, and print what was read"),
  ).action(run(async (session, url: string, options: PageOptions & { wait?: boolean }) => {
    const { client, out, signal } = session;
    const accepted = await client.enqueueScrape({ url, ...pageFields(options) }, { signal });
    if (!options.wait || out.isJson) return await tellOrWait(session, accepted, options.wait);
    const task = await waitWithBar(session, accepted.task_id);
    if (task.status === "completed") out.line(resultText(task.result));
    else showTask(out, task);
    return exitCodeOfTask(task);
  }));
}
