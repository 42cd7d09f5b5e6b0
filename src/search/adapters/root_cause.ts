import { messageOf } from "../../platform/errors.ts";

/** fetch says "fetch failed" or names the URL; the operating system's words are underneath, in one line. */
export function rootCause(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  return messageOf(inner).split("\n", 1)[0]!;
}
