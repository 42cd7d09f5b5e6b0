import { Argument, Command, CommanderError, Option } from "commander";
import project from "../../deno.json" with { type: "json" };
import { batchCommand } from "./commands/batch.ts";
import { cacheCommand } from "./commands/cache.ts";
import { changeCommand } from "./commands/change.ts";
import { crawlCommand } from "./commands/crawl.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { documentsCommand } from "./commands/documents.ts";
import { enqueueCommand } from "./commands/enqueue.ts";
import { askCommand, searchCommand } from "./commands/find.ts";
import { scrapeCommand } from "./commands/scrape.ts";
import { statusCommand } from "./commands/status.ts";
import { taskCommand, tasksCommand } from "./commands/tasks.ts";
import { watchCommand } from "./commands/watch.ts";
import { completionScript, type Shell, SHELLS } from "./completions.ts";
import { errorJson, EXIT, exitCodeOf, messageOf, UsageError } from "./exit.ts";
import { Output, ReaderGone } from "./output.ts";
import { DEFAULT_URL, type GlobalOptions, type Run, Session } from "./session.ts";

const EPILOGUE = `
Exit codes: 0 done, 1 refused, unreachable or not completed, 2 called wrongly, 3 not found, 130 interrupted.
`;

/** Runs the command line and gives its exit code. */
export async function runProgram(args: readonly string[], signal: AbortSignal): Promise<number> {
  let code: number = EXIT.done;
  const program = new Command("tutti")
    .description("Tutti from the command line: queue, scrape, crawl, search, watch.")
    .version(project.version, "--version", "print the version")
    .addOption(
      new Option("--url <url>", "address of the service").env("TUTTI_URL").default(DEFAULT_URL),
    )
    .addOption(
      new Option("--api-key <key>", "one of its API_KEYS; better in the environment").env("TUTTI_API_KEY"),
    )
    .option("--json", "for programs: one JSON document, or a line for each thing of a stream")
    .option("--no-color", "no colours (also NO_COLOR)")
    .addHelpText("after", EPILOGUE)
    .showHelpAfterError("(--help says how)")
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });

  const run: Run = (work) => async (...words) => {
    const session = new Session(program.opts<GlobalOptions>(), signal);
    code = await work(session, ...words) ?? EXIT.done;
  };
  enqueueCommand(program, run);
  scrapeCommand(program, run);
  batchCommand(program, run);
  crawlCommand(program, run);
  statusCommand(program, run);
  watchCommand(program, run);
  tasksCommand(program, run);
  taskCommand(program, run);
  changeCommand(program, run, "retry");
  changeCommand(program, run, "cancel");
  searchCommand(program, run);
  askCommand(program, run);
  documentsCommand(program, run);
  cacheCommand(program, run);
  doctorCommand(program, run);
  program.command("completions")
    .summary("what a shell needs to complete commands")
    .description('Prints a script for the shell: eval "$(tutti completions bash)"')
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action(run(({ out }, shell: Shell) => Promise.resolve(out.write(completionScript(program, shell)))));

  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return failed(error, program, signal, args.includes("--json"));
  }
}

function failed(error: unknown, program: Command, signal: AbortSignal, json: boolean): number {
  if (error instanceof ReaderGone) return EXIT.done;
  // Its own message has been printed; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (signal.aborted) return EXIT.interrupted;
  const { color = true } = program.opts<Partial<GlobalOptions>>();
  const out = new Output({ json, colour: color && (Deno.env.get("NO_COLOR") ?? "") === "" });
  if (json) out.beside(JSON.stringify(errorJson(error)));
  else {
    out.beside(`${out.paintBeside("red", "error:")} ${messageOf(error)}`);
    if (error instanceof UsageError) out.beside("(--help says how)");
  }
  return exitCodeOf(error);
}
