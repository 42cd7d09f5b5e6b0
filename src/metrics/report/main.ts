/**
 * `deno task metrics [--day YYYY-MM-DD] [--window 1h] [--json] [--logs FOLDER]`: what happened, out of `metrics.jsonl`
 * and what it was rotated to, whether the service runs or not. Exit codes: 0 said, 1 cannot be read, 2 asked wrongly.
 */
import { parseArgs } from "node:util";
import { pointsFor, renderReport } from "./render.ts";
import { reportOf } from "./report.ts";
import { type Span, spanOf } from "./span.ts";

const HELP = `deno task metrics [options]

Requests and tasks out of metrics.jsonl and the files it was rotated to, as charts and tables. Times are UTC.

  --day 2026-01-31   that day (default: the time up to now)
  --window 6h        the last of it: 90s, 15m, 6h, 7d (default: an hour, or the whole day)
  --json             as JSON
  --logs FOLDER      where the files are (default: LOG_DIR, else logs)
  --help             this`;

async function main(args: string[]): Promise<number> {
  let json: boolean, folder: string, span: Span;
  try {
    const { values } = parseArgs({
      args,
      options: {
        day: { type: "string" },
        window: { type: "string" },
        json: { type: "boolean", default: false },
        logs: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    json = values.json;
    folder = values.logs ?? (Deno.env.get("LOG_DIR") || "logs");
    span = spanOf(values, Date.now());
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return 2;
  }
  try {
    const report = await reportOf(folder, span, pointsFor(columns()));
    console.log(json ? JSON.stringify(report, null, 2) : renderReport(report));
    return 0;
  } catch (error) {
    console.error(
      error instanceof Deno.errors.NotFound
        ? `There is no folder ${folder}: set LOG_DIR as for the service, or name it with --logs`
        : `Cannot read ${folder}: ${error instanceof Error ? error.message : error}`,
    );
    return 1;
  }
}

function columns(): number {
  try {
    return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
  } catch {
    return 80;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
