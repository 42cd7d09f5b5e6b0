import { ID_PATTERN, newId } from "../../platform/ids.ts";

/** The caller's own request id where it is one, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && ID_PATTERN.test(given) ? given : newId("req");
}
