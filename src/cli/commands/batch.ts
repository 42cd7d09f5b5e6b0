import type { Command } from "commander";
import type { Batch } from "../../client/mod.ts";
import { EXIT, UsageError } from "../exit.ts";
import { given, whole } from "../options.ts";
import { readText, type Run, type Session } from "../session.ts";
import { barText } from "../text/progress.ts";
import { tableLines } from "../text/table.ts";
import { pageFields, type PageOptions, pageOptions } from "./scrape.ts";
import { TASK_HEAD, taskRow } from "./task_text.ts";

interface Options extends PageOptions {
  maxConcurrent?: number;
  ignoreInvalid?: boolean;
  wait?: boolean;
}

/** `tutti batch FILE` */
export function batchCommand(program: Command, run: Run): void {
  pageOptions(
    program.command("batch")
      .summary("read many pages")
      .description(
        "Queues the scrape of each URL in FILE (one a line, # begins a comment; - is stdin) and prints the batch.",
      )
      .argument("<file>")
      .option("--max-concurrent <count>", "pages of it at one time", whole(1, 1000))
      .option("--ignore-invalid", "leave bad URLs out instead of refusing all")
      .option("--wait", "wait for all of them; what failed is listed"),
  ).action(run(async (session, file: string, options: Options) => {
    const { client, out, signal } = session;
    const urls = linesOf(await readText(file));
    if (urls.length === 0) throw new UsageError(`Cannot begin a batch as ${file} must name at least one URL`);
    const accepted = await client.scrapeBatch({
      urls,
      ...pageFields(options),
      ...given({ max_concurrent: options.maxConcurrent, ignore_invalid: options.ignoreInvalid }),
    }, { signal });
    if (!out.isJson) {
      for (const { url, message } of accepted.invalid_urls) out.beside(`left out: ${url}: ${message}`);
    }
    if (options.wait) return await waitForAll(session, accepted.batch_id);
    if (out.isJson) out.json(accepted);
    else out.line(accepted.batch_id);
  }));
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("#")
  );
}

async function waitForAll({ client, out, signal }: Session, batchId: string): Promise<number> {
  let batch: Batch;
  try {
    batch = await client.waitForBatch(batchId, {
      signal,
      onProgress: ({ progress, counts }) =>
        out.bar(
          `${barText(progress.done, progress.total)}${counts.failed > 0 ? ` ${counts.failed} failed` : ""}`,
        ),
    });
  } catch (error) {
    if (signal.aborted) out.beside(`Batch ${batchId} goes on without us`);
    throw error;
  } finally {
    out.endBar();
  }
  const { counts } = batch;
  const isWell = counts.completed === batch.total;
  if (out.isJson) out.json(batch);
  else {
    const others = `${counts.failed} failed, ${counts.cancelled} cancelled`;
    out.line(`${batchId}: ${counts.completed} of ${batch.total} completed${isWell ? "" : `, ${others}`}`);
    const failed = [];
    if (!isWell) {
      for await (const task of client.eachTask({ batch_id: batchId, status: "failed" }, { signal })) {
        failed.push(taskRow(task, out));
      }
      out.lines(tableLines(TASK_HEAD, failed, out));
    }
  }
  return isWell ? EXIT.done : EXIT.problem;
}
