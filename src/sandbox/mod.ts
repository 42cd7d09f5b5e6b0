import type { SandboxDeps } from "./children.ts";
import { ChildSandbox } from "./sandbox.ts";
import type { SandboxOptions } from "./port.ts";

/** The sandbox of one worker. Starts nothing yet: `warm()` or the first call does. */
export function createSandbox(options: SandboxOptions, deps: SandboxDeps = {}): ChildSandbox {
  return new ChildSandbox(options, deps);
}

export type { Sandbox, SandboxOptions } from "./port.ts";
