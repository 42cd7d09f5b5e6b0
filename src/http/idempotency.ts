import { createHash } from "node:crypto";
import type { AcceptOptions } from "../queue/service_port.ts";
import { ServiceError } from "../platform/errors.ts";
import type { HttpContext } from "./context.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * What a creating route hands the queue beside the task: the request id, and for an `Idempotency-Key` the key with a
 * hash of method, path, query and body. The queue replays the first answer for the same hash and refuses another.
 */
export function acceptOptionsOf(c: HttpContext): AcceptOptions {
  const { requestId, path, bodyText } = c.env;
  const key = c.req.header("idempotency-key");
  if (key === undefined) return { requestId };
  if (!KEY.test(key)) {
    const message = "must be 1 to 255 visible ASCII characters";
    throw new ServiceError("invalid_request", `Idempotency-Key ${message}`, {
      fields: [{ path: "Idempotency-Key", message }],
    });
  }
  const search = new URL(c.req.url).search;
  const fingerprint = createHash("sha256")
    .update(`${c.req.method} ${path}${search}\n`).update(bodyText ?? "").digest("hex");
  return { requestId, idempotency: { key, fingerprint } };
}
