import { messageOf, TaskError } from "../../../platform/errors.ts";
import type { CheckingProxy } from "./checking_proxy.ts";
import type { RequestFilter } from "./request_filter.ts";

/** Chromium names what went wrong (`net::ERR_...`); the guard knows why it refused. */
export function navigationFailure(error: unknown, filter: RequestFilter, proxy: CheckingProxy): TaskError {
  if (error instanceof TaskError) return error;
  const reason = /net::(ERR_\w+)/.exec(messageOf(error))?.[1];
  const guarded = filter.mainFailure ?? proxy.failureOf(filter.mainUrl);
  if (guarded !== undefined) return guarded;
  switch (reason) {
    case "ERR_TOO_MANY_REDIRECTS":
      return new TaskError("redirect_loop", "The page redirects without end");
    case "ERR_ABORTED":
      return new TaskError(
        "unsupported_content",
        "The browser does not show what is there: it is a download",
        {
          retryable: false,
        },
      );
    case "ERR_UNSAFE_PORT":
    case "ERR_UNKNOWN_URL_SCHEME":
    case "ERR_BLOCKED_BY_CLIENT":
      return new TaskError("blocked_address", "The page leads where nobody may go");
    case undefined:
      return new TaskError("connect", "The browser could not load the page");
    default:
      return /^ERR_(CERT|SSL|BAD_SSL)/.test(reason)
        ? new TaskError("tls", `Cannot set up TLS: ${reason}`)
        : new TaskError("connect", `The connection failed: ${reason}`);
  }
}
