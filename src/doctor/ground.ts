import type { DatabaseSync } from "node:sqlite";
import type { BrandFile } from "../brands/port.ts";
import type { Config } from "../config/mod.ts";
import type { VectorDatabaseState } from "../search/database_port.ts";
import type { VectorStore } from "../search/vector_port.ts";
import type { Finding } from "./finding.ts";
import type { RunningService } from "./running_service.ts";

/** What the checks stand on; the composition root fills it with the real things. */
export interface Ground {
  config: Config;
  /** Undefined where nobody answers on HOST:PORT. */
  service: RunningService | undefined;
  /** Everything that is wrong with the books of a queue file, empty when they balance. */
  verifyQueue(db: DatabaseSync): string[];
  /** Versions of the files that this release writes. */
  versions: { queue: number; crawls: number; index: number };
  /** What is in the folder of brand profiles, right and wrong. */
  brands(): Promise<BrandFile[]>;
  /**
   * Chroma, for as long as the doctor works; only where no service runs. The local one is started on its folder under
   * the folder's lock, so never a second one.
   */
  chroma(): Promise<{ state: VectorDatabaseState; store?: VectorStore }>;
}

/** Looks at one thing. What it throws is a finding of its own. */
export interface Check {
  name: string;
  run(ground: Ground): Promise<Finding[]>;
}
