import { type Config, ConfigError, loadConfig, renderHelp } from "./src/config/mod.ts";
import project from "./deno.json" with { type: "json" };

/** Reads the settings, builds the service, runs it until it is told to stop. Exit codes: 0 stopped, 1 failed, 2 asked wrongly. */
async function main(args: string[]): Promise<number> {
  const [word] = args;
  if (word === "--help" || word === "-h") {
    console.log(renderHelp(project.version));
    return 0;
  }
  if (word === "--version") {
    console.log(project.version);
    return 0;
  }
  if (word !== undefined) {
    console.error(
      `Cannot start: there is no option ${JSON.stringify(word)}. Run with --help for what there is.`,
    );
    return 2;
  }
  let config: Config;
  try {
    config = loadConfig((name) => Deno.env.get(name));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 2;
  }
  // Loaded only now: a wrong setting or --help is answered without loading the service.
  const { runService } = await import("./src/run_service.ts");
  return await runService(config, project.version);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
