import { join } from "node:path";
import { type Config, loadConfig, type SettingName } from "../config/mod.ts";
import type { TuttiOptions } from "./port.ts";

/** Settings that mean something without HTTP, logs and metrics; the folders are options of their own. */
const USED =
  /^(ALLOW_PRIVATE_HOSTS|CACHE_STORE|CACHE_MAX_BYTES|CACHE_MEMORY_MAX_BYTES|HOST_CONCURRENCY|HOST_DELAY_MS|USER_AGENT|WEBHOOK_SECRET|(PRIORITY|QUEUE|RESULT|RETAIN|ROBOTS|SANDBOX|SCRAPE|TASK)_\w+)$/;

/**
 * The service's config for a program without one: reads no environment.
 * @throws {TypeError} a setting that there is not, or that would change nothing here
 * @throws {ConfigError} a value that is wrong
 */
export function embeddedConfig(options: TuttiOptions): Config {
  const { dataDir, cacheDir = join(dataDir, "cache"), tasksDir, workers, concurrency, settings = {} } =
    options;
  const values = new Map<string, string | undefined>();
  const defaults = loadConfig(() => undefined);
  for (const [name, value] of Object.entries(settings)) {
    if (!USED.test(name) || !(name in defaults)) {
      throw new TypeError(
        `Cannot use the setting ${name} as it must be one of the queue, the cache, the sandbox or scraping`,
      );
    }
    values.set(name, value);
  }
  const own: Partial<Record<SettingName, string | undefined>> = {
    DATA_DIR: dataDir,
    CACHE_DIR: cacheDir,
    TASKS_DIR: tasksDir,
    WORKERS: workers?.toString(),
    WORKER_CONCURRENCY: concurrency?.toString(),
    TEST_ENDPOINTS: "off",
    CHROMA_URL: "off",
  };
  for (const [name, value] of Object.entries(own)) values.set(name, value);
  return loadConfig((name) => values.get(name));
}
