import { type Command, Option } from "commander";
import type { Crawl, CrawlResult, NewCrawl } from "../../client/mod.ts";
import { UsageError } from "../exit.ts";
import { gather, given, whole } from "../options.ts";
import type { Run, Session } from "../session.ts";
import { oneLine } from "../text/plain.ts";
import { paintStatus } from "../text/paint.ts";
import { pageFields, type PageOptions, pageOptions } from "./scrape.ts";

interface Options extends PageOptions {
  maxPages?: number;
  maxDepth?: number;
  maxConcurrent?: number;
  include?: string[];
  exclude?: string[];
  scope?: NewCrawl["scope"];
  site?: string;
  follow?: boolean;
}

/** `tutti crawl URL...`, `tutti crawl --brand BRAND` */
export function crawlCommand(program: Command, run: Run): void {
  pageOptions(
    program.command("crawl")
      .summary("read a whole site")
      .description("Begins a crawl from these pages, or from those of a brand's profile, and prints it.")
      .argument("[url...]")
      .option("--max-pages <count>", "pages at most", whole(1))
      .option("--max-depth <count>", "links away from a start page", whole(0, 1000))
      .option("--max-concurrent <count>", "pages of it at one time", whole(1, 256))
      .option("--include <glob>", "only pages that match; may be given several times", gather)
      .option("--exclude <glob>", "no page that matches; may be given several times", gather)
      .addOption(new Option("--scope <scope>", "which hosts").choices(["host", "domain", "any"]))
      .option("--site <name>", "compare it with the last crawl of this name")
      .option("--follow", "print each page when it is done, until it has ended; with --json its result, too"),
  ).action(run(async (session, urls: string[], options: Options) => {
    if (urls.length === 0 && options.brand === undefined) {
      throw new UsageError("Cannot begin a crawl as a URL or --brand must be given");
    }
    const { client, out, signal } = session;
    const accepted = await client.startCrawl({
      ...given({
        start_urls: urls.length === 0 ? undefined : urls,
        max_pages: options.maxPages,
        max_depth: options.maxDepth,
        max_concurrent: options.maxConcurrent,
        include: options.include,
        exclude: options.exclude,
        scope: options.scope,
        site: options.site,
      }),
      ...pageFields(options),
    }, { signal });
    if (options.follow) await followCrawl(session, accepted.crawl_id);
    else if (out.isJson) out.json(accepted);
    else out.line(accepted.crawl_id);
  }));
}

async function followCrawl({ client, out, signal }: Session, crawlId: string): Promise<void> {
  if (!out.isJson) out.beside(crawlId);
  let done = 0;
  try {
    for await (const page of client.crawlResults(crawlId, { signal })) {
      done++;
      if (out.isJson) out.json(page);
      else out.line(pageLine(page, out));
      out.bar(`${done} pages done`);
    }
  } catch (error) {
    if (signal.aborted) out.beside(`Crawl ${crawlId} goes on without us`);
    throw error;
  } finally {
    out.endBar();
  }
  const crawl = await client.crawl(crawlId, { signal });
  if (!out.isJson) out.beside(crawlLine(crawl));
}

function pageLine(page: CrawlResult, out: Session["out"]): string {
  const { state, status_code, change, url, title, error } = page;
  const note = error === undefined ? title ?? "" : `${error.code}: ${error.message}`;
  const facts = [status_code ?? "-", change].filter((each) => each !== undefined).join(" ");
  return `${paintStatus(out.paint, state, state.padEnd(9))} ${facts}  ${oneLine(url)}  ${
    out.apart(oneLine(note))
  }`
    .trimEnd();
}

function crawlLine({ crawl_id, status, counts, limit_reached, warnings }: Crawl): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) =>
    `${count} ${state}`
  );
  const lines = [`${crawl_id}: ${status}, ${told.join(", ")}`];
  if (limit_reached) lines.push("There were more pages than --max-pages");
  return [...lines, ...warnings.map(oneLine)].join("\n");
}
