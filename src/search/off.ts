import { ServiceError, TaskError } from "../platform/errors.ts";
import type { IndexWork, Search } from "./port.ts";

/** Search of a service that has none (`CHROMA_URL=off`): everything says so. */
export function searchOff(): Search {
  const off = () =>
    Promise.reject(
      new ServiceError("unavailable", "Search is off: start the service without CHROMA_URL=off to have it"),
    );
  return {
    enabled: false,
    search: off,
    addDocument: off,
    document: off,
    documents: off,
    removeDocuments: off,
    status: off,
    books: off,
    rebuild: off,
  };
}

/** What tasks ask of it. */
export const NO_INDEX_WORK: IndexWork = {
  indexScrape: refuse,
  takeUpload: refuse,
  indexUpload: refuse,
  rebuildIndex: refuse,
};

function refuse(): Promise<never> {
  return Promise.reject(
    new TaskError("handler_error", "Cannot index as search is off (CHROMA_URL=off)", { retryable: false }),
  );
}
