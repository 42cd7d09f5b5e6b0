import { ServiceError } from "../../platform/errors.ts";
import type { HttpDeps } from "../deps.ts";

/** How long a caller who is turned away waits before it asks again: about a restart. */
const RETRY_AFTER_S = 5;

/**
 * Intake stops with the first signal: whatever would queue work is refused, while what is there can still be read and
 * cancelled. The caller's retry reaches the next instance instead of one that will not run it.
 * @throws {ServiceError} unavailable
 */
export function refuseWhenStopping({ health }: Pick<HttpDeps, "health">): void {
  if (!health.stopping()) return;
  throw new ServiceError("unavailable", "The service is stopping and takes no new tasks", {
    retryAfterS: RETRY_AFTER_S,
  });
}
