import { settlesWithin } from "../platform/deadline.ts";
import { messageOf } from "../platform/errors.ts";
import type { Search, SearchStatus } from "../search/port.ts";
import { servingOf } from "./schemas/index.ts";

/** Search as `/health` and the system's status show it. */
export interface SearchComponent {
  status: "ok" | "degraded" | "unavailable" | "off";
  reason?: string;
  documents?: number;
  chunks?: number;
  owed_vectors?: number;
  generation?: number;
}

/** How search is; within `timeoutMs`, whatever hangs. */
export async function searchComponent(search: Search, timeoutMs: number): Promise<SearchComponent> {
  if (!search.enabled) return { status: "off" };
  try {
    const asked = search.status();
    if (await settlesWithin(asked, timeoutMs)) return componentOf(await asked);
    return { status: "unavailable", reason: `did not answer within ${timeoutMs} ms` };
  } catch (error) {
    return { status: "unavailable", reason: messageOf(error) };
  }
}

function componentOf(status: SearchStatus): SearchComponent {
  const serving = servingOf(status);
  const reason = degradedReason(status);
  return {
    status: reason === undefined ? "ok" : "degraded",
    ...(reason === undefined ? {} : { reason }),
    documents: status.documents,
    chunks: serving?.chunks ?? 0,
    owed_vectors: serving?.owedVectors ?? 0,
    ...(serving === undefined ? {} : { generation: serving.no }),
  };
}

/** Why searches are of words alone, or vectors are not written; a Chroma that is starting is no fault yet. */
function degradedReason({ vectorDatabase, vectorSync }: SearchStatus): string | undefined {
  if (vectorDatabase.status === "starting") return undefined;
  if (vectorDatabase.status === "unavailable") {
    return `words alone are searched: ${vectorDatabase.reason ?? "Chroma does not answer"}`;
  }
  if (vectorSync.state !== "waiting") return undefined;
  return `vectors are not written: ${vectorSync.reason ?? "Chroma or the embedder does not answer"}`;
}
