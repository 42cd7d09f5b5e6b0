import type { Config } from "../config/mod.ts";
import type { SandboxOptions } from "../sandbox/port.ts";
import type { ScrapeSettings } from "../scraping/mod.ts";
import type { WebWorkerPoolOptions } from "../workers/mod.ts";

/** What each worker is made with: plain data, so that it crosses into the worker. */
export function workerInit(
  config: Config,
  options: { webhookSecret: string; taskModules?: string[]; warmSandbox?: boolean },
): WebWorkerPoolOptions["init"] {
  return {
    tasksDir: config.TASKS_DIR,
    taskModules: options.taskModules,
    webhookSecret: options.webhookSecret,
    testEndpoints: config.TEST_ENDPOINTS,
    resultMaxBytes: config.RESULT_MAX_BYTES,
    sandbox: sandboxOptions(config),
    scrape: scrapeSettings(config),
    warmSandbox: options.warmSandbox ?? true,
  };
}

function sandboxOptions(config: Config): SandboxOptions {
  return {
    userAgent: config.USER_AGENT,
    heapMb: config.SANDBOX_HEAP_MB,
    rssMb: config.SANDBOX_RSS_MB,
    cpuMs: config.SANDBOX_CPU_MS,
    maxUses: config.SANDBOX_MAX_USES,
    ports: [...config.SCRAPE_PORTS],
    allowPrivateHosts: [...config.ALLOW_PRIVATE_HOSTS],
  };
}

function scrapeSettings(config: Config): ScrapeSettings {
  return {
    userAgent: config.USER_AGENT,
    timeoutMs: config.SCRAPE_TIMEOUT_MS,
    maxBytes: config.SCRAPE_MAX_BYTES,
    maxRedirects: config.SCRAPE_MAX_REDIRECTS,
    ports: [...config.SCRAPE_PORTS],
    allowPrivateHosts: [...config.ALLOW_PRIVATE_HOSTS],
    hostConcurrency: config.HOST_CONCURRENCY,
    hostDelayMs: config.HOST_DELAY_MS,
    robotsMaxAgeS: config.ROBOTS_MAX_AGE_S,
    hostMaxBackoffS: config.HOST_MAX_BACKOFF_S,
  };
}
