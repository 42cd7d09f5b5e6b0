import type { Sandbox } from "../sandbox/port.ts";
import type { WorkerServices } from "../workers/port.ts";
import type { ScrapeSettings } from "./settings.ts";

/** What fetching under the guard needs. */
export interface GuardDeps {
  sandbox: Sandbox;
  services: WorkerServices;
  settings: ScrapeSettings;
}
