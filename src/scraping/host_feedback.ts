import { retryAfterS } from "../platform/retry_after.ts";
import type { HopResponse } from "../sandbox/port.ts";
import type { TurnFeedback } from "./host_pace.ts";

/** How a host took a request, by what it answered. A `Retry-After` of nothing is no time. */
export function feedbackOf(response: HopResponse): TurnFeedback {
  if (response.status !== 429 && response.status !== 503) return { outcome: "answered" };
  const asked = retryAfterS(response.headers["retry-after"]);
  return { outcome: "refused", ...(asked ? { backoffMs: asked * 1000 } : {}) };
}
