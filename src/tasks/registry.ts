import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { settlesWithin } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";
import type { TaskDefinition } from "./define.ts";

export interface RegisteredTask {
  definition: TaskDefinition;
  /** `file:` URL of the module that defines it; a `process` task is loaded from there. Absent for built-in tasks. */
  moduleUrl?: string;
}

const MODULE_TIMEOUT_MS = 10_000;

/**
 * The task types of one isolate, by name: the built-in ones and those of `TASKS_DIR`. The main isolate and every
 * worker load their own.
 */
export class TaskRegistry {
  readonly #tasks = new Map<string, RegisteredTask>();

  /** @throws {Error} two tasks of one name */
  constructor(builtIns: Iterable<TaskDefinition> = []) {
    for (const definition of builtIns) this.add(definition);
  }

  get(name: string): RegisteredTask | undefined {
    return this.#tasks.get(name);
  }

  names(): string[] {
    return [...this.#tasks.keys()].sort();
  }

  /** @throws {Error} the name is taken */
  add(definition: TaskDefinition, moduleUrl?: string): void {
    const taken = this.#tasks.get(definition.name);
    if (taken !== undefined) {
      throw new Error(
        `Cannot add the task "${definition.name}"${from(moduleUrl)} as the name is taken${
          from(taken.moduleUrl)
        }`,
      );
    }
    this.#tasks.set(definition.name, { definition, moduleUrl });
  }

  /**
   * Adds the tasks of a folder: what every `*.ts`, `*.js` and `*.mjs` file in it exports from `defineTask`, under any
   * export names, files in the order of their names. Files that begin with `_` or `.` and `*_test.*` are passed over,
   * folders are not entered.
   *
   * Such a module may lie anywhere. It imports `defineTask` from this project's `src/mod.ts` by a relative path or a
   * `file:` URL, and zod as `npm:zod@4.6.7`, the version that is already cached (a bare `"zod"` means the same one,
   * as the process runs under this project's import map). Another version of zod works if it is cached too.
   *
   * A module has `moduleTimeoutMs` to load: a top-level `await` that never ends is an error that names it. A top-level
   * loop that never ends cannot be helped from here: modules are evaluated on this very thread.
   *
   * @param options.moduleTimeoutMs @default 10000
   * @throws {Error} the folder cannot be read; a module cannot be loaded or exports no task; a name is taken.
   * The message names the file.
   */
  async loadTasksDir(
    dir: string,
    options: { signal?: AbortSignal; moduleTimeoutMs?: number } = {},
  ): Promise<void> {
    const { moduleTimeoutMs = MODULE_TIMEOUT_MS } = options;
    for (const file of await taskFiles(dir)) {
      options.signal?.throwIfAborted();
      const path = resolve(dir, file);
      const definitions = await load(pathToFileURL(path).href, path, moduleTimeoutMs);
      if (definitions.length === 0) {
        throw new Error(
          `Cannot use the task module ${path} as it exports no defineTask(...) result; ` +
            "a helper module's name begins with an underscore",
        );
      }
      for (const definition of definitions) this.add(definition, pathToFileURL(path).href);
    }
  }

  /**
   * Adds the tasks of modules named one by one, as `loadTasksDir` does those of a folder.
   * @throws {Error} as `loadTasksDir`; the message names the module
   */
  async loadModules(
    urls: readonly string[],
    options: { moduleTimeoutMs?: number } = {},
  ): Promise<void> {
    const { moduleTimeoutMs = MODULE_TIMEOUT_MS } = options;
    for (const url of urls) {
      const definitions = await load(url, url, moduleTimeoutMs);
      if (definitions.length === 0) {
        throw new Error(`Cannot use the task module ${url} as it exports no defineTask(...) result`);
      }
      for (const definition of definitions) this.add(definition, url);
    }
  }
}

/** What a module exports from `defineTask`, each once. `name` is what an error calls it. */
async function load(url: string, name: string, timeoutMs: number): Promise<TaskDefinition[]> {
  try {
    const loading: Promise<Record<string, unknown>> = import(url);
    if (!await settlesWithin(loading, timeoutMs)) {
      throw new Error(`it has not finished loading after ${timeoutMs} ms (a top-level await?)`);
    }
    return [...new Set(Object.values(await loading).filter(isTaskDefinition))];
  } catch (error) {
    throw new Error(`Cannot load the task module ${name}: ${messageOf(error)}`, { cause: error });
  }
}

async function taskFiles(dir: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      const isModule = /\.(ts|js|mjs)$/.test(name) && !name.endsWith(".d.ts");
      if (isModule && !isDirectory && !/^[_.]/.test(name) && !/_test\.[a-z]+$/.test(name)) files.push(name);
    }
  } catch (error) {
    throw new Error(`Cannot read the task folder ${resolve(dir)}: ${messageOf(error)}`, { cause: error });
  }
  return files.sort();
}

/** By shape, not by class: the module may have its own copy of zod. */
function isTaskDefinition(value: unknown): value is TaskDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { name, input, output, run } = value as Partial<Record<keyof TaskDefinition, unknown>>;
  return typeof name === "string" && typeof run === "function" && isSchema(input) && isSchema(output);
}

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as { safeParse?: unknown }).safeParse === "function";
}

function from(moduleUrl: string | undefined): string {
  return moduleUrl === undefined ? "" : ` (${moduleUrl})`;
}
