import type { FrontierCore } from "../frontier_core.ts";

/** The messages between the main isolate and the thread of the frontier: calls by name, answered in order of ending. */

export type CoreMethod = {
  [K in keyof FrontierCore]: FrontierCore[K] extends (...args: never[]) => unknown ? K : never;
}[keyof FrontierCore];

export type ToFrontier =
  | { kind: "open"; path: string }
  | { kind: "call"; id: number; method: CoreMethod; args: unknown[] }
  | { kind: "close" };

export type FromFrontier =
  | { kind: "opened" }
  | { kind: "refused"; message: string }
  | { kind: "value"; id: number; value: unknown }
  | { kind: "error"; id: number; error: { code?: string; message: string } }
  | { kind: "closed" };
