import { runWorker } from "./bootstrap.ts";
import type { WorkerScope } from "./scope_guards.ts";

/** What the pool starts a Web Worker with. */
runWorker(globalThis as unknown as WorkerScope);
