import { TaskError } from "../platform/errors.ts";
import { retryAfterS } from "../platform/retry_after.ts";
import type { HopResponse, Sandbox } from "../sandbox/port.ts";

/** A failure that is the host's word to ask less (429, or 503 with a time), not one about the page. */
export class HostRefusal extends TaskError {}

/** 4xx that speak of the moment, not of the page. */
const PASSING = new Set([408, 425, 429]);

/**
 * Passes answers from 200 to 299; of others the body is dropped.
 * @throws {TaskError} http_4xx, http_5xx, unsupported_content
 */
export function refuseBadStatus(
  response: Pick<HopResponse, "status" | "headers" | "body">,
  url: string,
  sandbox: Sandbox,
): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  if (response.body) sandbox.drop(response.body);
  const wait = retryAfterS(response.headers["retry-after"]);
  const message = `${url} answered ${status}`;
  const passing = { retryable: true, retryAfterS: wait, statusCode: status };
  if (status >= 500) {
    if (status === 503 && wait !== undefined) throw new HostRefusal("http_5xx", message, passing);
    throw new TaskError("http_5xx", message, passing);
  }
  if (status === 429) throw new HostRefusal("http_4xx", message, passing);
  if (status >= 400) {
    throw new TaskError(
      "http_4xx",
      message,
      PASSING.has(status) ? passing : { retryable: false, statusCode: status },
    );
  }
  throw new TaskError("unsupported_content", `${message}, which has no page`);
}
