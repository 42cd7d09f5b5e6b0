import { InterruptedError, messageOf } from "../platform/errors.ts";
import { startTracing, tracer } from "../platform/tracing/mod.ts";
import { signWebhook } from "../platform/webhook_signature.ts";
import type { Sandbox, SandboxOptions } from "../sandbox/port.ts";
import type { ScrapeSettings } from "../scraping/settings.ts";
import type { GuardedFetch } from "../tasks/context.ts";
import type { TaskDefinition } from "../tasks/define.ts";
import { TaskRegistry } from "../tasks/registry.ts";
import { TaskRunner } from "../tasks/runner.ts";
import { testTask } from "../tasks/test.ts";
import { createWebhookTask } from "../tasks/webhook.ts";
import type { WorkerServices } from "./port.ts";
import type { FromWorker, ToWorker, WorkerInit } from "./protocol.ts";
import { announceEnds, guardStrayErrors, type WorkerScope } from "./scope_guards.ts";
import { WorkerLoop } from "./worker_loop.ts";

/** Makers of what a worker is composed of; a test puts its own in their place. */
export interface WorkerParts {
  /** `onChange` is called whenever a child has started or ended. */
  createSandbox(options: SandboxOptions, onChange: () => void): Promise<Sandbox>;
  createFetch(deps: SandboxedDeps): Promise<GuardedFetch>;
  /** Built-in tasks besides `test`; `sandbox` is asked for at the first run. */
  builtIns(
    deps: Omit<SandboxedDeps, "sandbox"> & { sandbox: () => Promise<Sandbox>; webhookSecret?: string },
  ): Promise<TaskDefinition[]>;
}

export interface SandboxedDeps {
  sandbox: Sandbox;
  services: WorkerServices;
  /** `ScrapeSettings` as they crossed from the main isolate. */
  settings: object;
}

/** The real ones. What stands behind the sandbox is loaded at its first use, so that a worker starts quickly. */
const REAL_PARTS: WorkerParts = {
  async createSandbox(options, onChange) {
    const { createSandbox } = await import("../sandbox/mod.ts");
    const sandbox = createSandbox(options, { onChange });
    if (tracer() === undefined) return sandbox;
    const { TracedSandbox } = await import("../sandbox/traced_sandbox.ts");
    return new TracedSandbox(sandbox);
  },
  async createFetch({ sandbox, services, settings }) {
    const { createGuardedFetch } = await import("../scraping/mod.ts");
    return createGuardedFetch({ sandbox, services, settings: settings as ScrapeSettings });
  },
  async builtIns({ sandbox, services, settings, webhookSecret }) {
    const scrapeSettings = settings as ScrapeSettings;
    const { createScrapeTask } = await import("../tasks/scrape.ts");
    const { createMapTask } = await import("../tasks/map.ts");
    const load = async () => {
      const { mapSite, RobotsGuard, scrapePage } = await import("../scraping/mod.ts");
      const deps = { sandbox: await sandbox(), services, settings: scrapeSettings };
      return { mapSite, scrapePage, deps: { ...deps, robots: new RobotsGuard(deps) } };
    };
    let loaded: ReturnType<typeof load> | undefined;
    const open = () =>
      loaded ??= load().catch((error) => {
        loaded = undefined; // the next attempt tries again
        throw error;
      });
    const { timeoutMs } = scrapeSettings;
    const scrape = createScrapeTask({
      timeoutMs,
      async scrape(request, options) {
        const { scrapePage, deps } = await open();
        return await scrapePage(request, deps, options);
      },
    });
    const map = createMapTask({
      timeoutMs,
      async map(request, options) {
        const { mapSite, deps } = await open();
        return await mapSite(request, deps, options);
      },
    });
    const { createCrawlTask } = await import("../tasks/crawl.ts");
    const { z } = await import("zod");
    const crawl = createCrawlTask({
      input: z.record(z.string(), z.unknown()),
      startCrawl: (crawlId, input) => services.startCrawl(crawlId, input),
    });
    const { createIndexTask } = await import("../tasks/index_page.ts");
    const { createRebuildTask } = await import("../tasks/index_rebuild.ts");
    const { createDocumentTask } = await import("../tasks/document.ts");
    const document = createDocumentTask({
      takeUpload: (uploadId) => services.takeUpload(uploadId),
      indexDocument: (document, { uploadId }) => services.indexUpload(uploadId, document),
      sandbox,
      timeoutMs,
    });
    const search = [createIndexTask(services), createRebuildTask(services), document];
    const tasks = [scrape, map, crawl, ...search] as unknown as TaskDefinition[];
    if (webhookSecret !== undefined) {
      tasks.push(
        createWebhookTask({
          sign: (body, timeS) => signWebhook(body, webhookSecret, timeS),
        }) as unknown as TaskDefinition,
      );
    }
    return tasks;
  },
};

/** The composition root of the worker isolate: from the `init` message on, `scope` runs attempts. */
export function runWorker(scope: WorkerScope, parts: WorkerParts = REAL_PARTS): void {
  const send = scope.postMessage.bind(scope);
  const post = (message: FromWorker) => send(message);
  // A library in a task that finds itself in a worker and reports to "its" page must not be taken for this loop.
  Object.defineProperty(scope, "postMessage", { configurable: true, value: () => {} });
  const loop = new WorkerLoop(post);
  let sandbox: Promise<Sandbox> | undefined;
  let opened: Sandbox | undefined;
  let beat: ReturnType<typeof setInterval> | undefined;

  announceEnds(scope, loop, post);
  guardStrayErrors(scope, loop);

  const begin = async (init: WorkerInit) => {
    await startTracing();
    const { services } = loop;
    const settings = init.scrape;
    // Sent at every change too: the children of a thread that spins can only be ended by their pids.
    const sendBeat = () => {
      const sandboxes = opened?.status() ?? { alive: 0, killed: 0, pids: [] };
      post({ kind: "beat", sandboxes, leftBehind: loop.leftBehind });
    };
    const openSandbox = () =>
      sandbox ??= parts.createSandbox(init.sandbox, sendBeat).then(
        (made) => opened = made,
        (error) => {
          sandbox = undefined; // the next attempt tries again
          throw error;
        },
      );
    let fetch: Promise<GuardedFetch> | undefined;
    const openFetch = () =>
      fetch ??= openSandbox().then((sandbox) => parts.createFetch({ sandbox, services, settings })).catch(
        (error) => {
          fetch = undefined;
          throw error;
        },
      );
    const { webhookSecret } = init;
    const registry = new TaskRegistry(
      await parts.builtIns({ sandbox: openSandbox, services, settings, webhookSecret }),
    );
    if (init.testEndpoints) registry.add(testTask);
    if (init.tasksDir !== undefined) await registry.loadTasksDir(init.tasksDir);
    await registry.loadModules(init.taskModules ?? []);
    const { resultMaxBytes } = init;
    loop.begin(
      new TaskRunner({ registry, services, resultMaxBytes, sandbox: openSandbox, fetch: openFetch }),
    );
    beat = setInterval(sendBeat, init.beatMs);
    post({ kind: "ready" });
    if (init.warmSandbox) {
      openSandbox().then((sandbox) => sandbox.warm()).catch((error) => {
        // Closed while it warmed up: a stop soon after the start, and nobody's error.
        if (!(error instanceof InterruptedError)) loop.strayError(error);
      });
    }
  };

  const end = async () => {
    clearInterval(beat);
    loop.flush();
    const open = await sandbox?.catch(() => undefined);
    try {
      await open?.[Symbol.asyncDispose]();
    } catch (error) {
      loop.strayError(error);
    }
    loop.flush();
    post({ kind: "ended" });
  };

  scope.addEventListener("message", (event) => {
    const message = (event as MessageEvent<ToWorker>).data;
    switch (message.kind) {
      case "init":
        begin(message.init).catch((error) => post({ kind: "refused", message: messageOf(error) }));
        break;
      case "batch":
        loop.take(message.items);
        break;
      case "end":
        end();
        break;
    }
  });
}
