import type { Progress } from "../queue/task.ts";
import type { Attempt, Outcome, WorkerServices } from "./port.ts";
import type { WorkerInit } from "./protocol.ts";

export interface WorkerHandleOptions {
  init: WorkerInit;
  services: WorkerServices;
  /** Module the worker runs. @default entry.ts beside this file */
  entryUrl?: string | URL;
  /** How long an attempt that was asked to end may take before its worker is looked at. @default 1000 */
  abortGraceMs?: number;
  onReady(): void;
  onSettled(attempt: Attempt, outcome: Outcome): void;
  onProgress(attempt: Attempt, progress: Progress): void;
  /** A batch of ends has been told; there may be room. */
  onRoom(): void;
  /** It is dead, all it held is settled. */
  onDeath(death: WorkerDeath): void;
}

export interface WorkerDeath {
  message: string;
  /** Its thread could not be told from one that spins, and goes on. */
  abandoned: boolean;
  /** It said itself that it cannot be set up. */
  refused: boolean;
}
