/** `deno task cli`, and the binary of `deno task compile-cli`: the service from the command line. docs/cli.md */
import { EXIT } from "./exit.ts";
import { runProgram } from "./program.ts";

if (import.meta.main) {
  const interruption = new AbortController();
  let interrupts = 0;
  const onInterrupt = () => {
    interruption.abort(new DOMException("Interrupted", "AbortError"));
    if (++interrupts > 1) Deno.exit(EXIT.interrupted); // somebody means it
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  Deno.exit(await runProgram(Deno.args, interruption.signal));
}
