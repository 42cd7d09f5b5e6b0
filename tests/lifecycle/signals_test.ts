import { assert, assertEquals } from "@std/assert";
import { StopSignals } from "../../src/lifecycle/mod.ts";

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** A signal listener alone does not keep the event loop turning. */
function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

Deno.test("StopSignals tells the first signal from the second", async () => {
  using _alive = keepAlive();
  using signals = new StopSignals({ signals: ["SIGUSR1", "SIGUSR2"] });
  Deno.kill(Deno.pid, "SIGUSR2");
  assertEquals(await signals.first, "SIGUSR2");
  assert(!signals.skip.aborted);
  const skipped = aborted(signals.skip);
  Deno.kill(Deno.pid, "SIGUSR1");
  await skipped;
  assertEquals(await signals.first, "SIGUSR2");
});

Deno.test("StopSignals lets the signals go when it is disposed of", async () => {
  const code = `
    import { StopSignals } from ${
    JSON.stringify(new URL("../../src/lifecycle/mod.ts", import.meta.url).href)
  };
    { using signals = new StopSignals(); }
    Deno.kill(Deno.pid, "SIGTERM");
    setTimeout(() => Deno.exit(7), 10_000);
  `;
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, code);
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-config", script],
    stdin: "null",
  }).output();
  await Deno.remove(script);
  assertEquals(signal, "SIGTERM");
});
