import { join } from "node:path";
import { type App, createApp } from "./app.ts";
import { makeFolder } from "./app/folders.ts";
import { type Config, secretsOf } from "./config/mod.ts";
import { StopSignals } from "./lifecycle/mod.ts";
import { configureLogging, getLogger, logEvent } from "./logging/mod.ts";
import { messageOf } from "./platform/errors.ts";
import { rooted } from "./platform/tracing/mod.ts";

/** Runs the service until a signal stops it. Returns the exit code: 0 stopped, 1 could not start. */
export function runService(config: Config, version: string): Promise<number> {
  return rooted(() => run(config, version));
}

async function run(config: Config, version: string): Promise<number> {
  try {
    await makeFolder(config.LOG_DIR, "LOG_DIR");
  } catch (error) {
    console.error(messageOf(error)); // there is no log yet
    return 1;
  }
  await using logging = configureLogging({
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
    file: { path: join(config.LOG_DIR, "app.log"), maxBytes: config.LOG_MAX_BYTES, keep: config.LOG_KEEP },
    secrets: secretsOf(config),
  });
  const log = getLogger(["tutti"]);
  using signals = new StopSignals();
  logEvent(log, "info", "application_starting", { version });

  let app: App;
  try {
    app = createApp(config, { version, addSecret: logging.addSecret, logs: logging });
  } catch (error) {
    logEvent(log, "error", "application_failed", { reason: messageOf(error) });
    await logging.flush();
    return 1;
  }
  let code = 0;
  try {
    const started = app.start();
    // A signal during the start cuts it short; `stop` below then undoes what had begun.
    const begun = await Promise.race([started, signals.first.then(() => undefined)]);
    if (begun !== undefined) {
      logEvent(log, "info", "application_started", { url: begun.url, pid: Deno.pid });
      const reason = await Promise.race([signals.first.then(() => undefined), app.failed]);
      if (reason !== undefined) throw new Error(reason); // its supervisor starts it anew, with all that was accepted
      logEvent(log, "info", "application_stopping", { signal: await signals.first });
    } else {
      logEvent(log, "info", "application_stopping", { signal: await signals.first, while: "starting" });
      started.catch(() => {}); // its failure is the stop that was asked for
    }
  } catch (error) {
    logEvent(log, "error", "application_failed", { reason: messageOf(error) });
    code = 1;
  }
  await app.stop({ signal: signals.skip });
  logEvent(log, "info", "application_stopped", { code });
  await logging.flush();
  return code;
}
