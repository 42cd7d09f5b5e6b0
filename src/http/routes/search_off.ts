import { ServiceError } from "../../platform/errors.ts";
import type { Search } from "../../search/port.ts";

/** @throws {ServiceError} unavailable, with what to set */
export function refuseWhenOff(search: Pick<Search, "enabled">): void {
  if (search.enabled) return;
  throw new ServiceError(
    "unavailable",
    "Search is off by CHROMA_URL=off: unset it, or set it to the URL of a Chroma server, and start again",
  );
}
