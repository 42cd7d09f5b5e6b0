import type { Search } from "../search/port.ts";
import type { SearchOutcome, SearchRecorder } from "./port.ts";

/** Search that tells how long each query took and how it went, whoever asks. A search that is off tells nothing. */
export function measuredSearch(
  search: Search,
  recorder: SearchRecorder,
  nowMs: () => number = () => performance.now(),
): Search {
  if (!search.enabled) return search;
  return {
    enabled: true,
    async search(query, options) {
      const startedMs = nowMs();
      let outcome: SearchOutcome = "failed";
      try {
        const answer = await search.search(query, options);
        outcome = answer.degraded ? "degraded" : answer.cached ? "cached" : "answered";
        return answer;
      } catch (error) {
        if (options?.signal?.aborted) outcome = "aborted";
        throw error;
      } finally {
        recorder.search({ mode: query.mode, outcome, durationMs: nowMs() - startedMs });
      }
    },
    addDocument: (document, options) => search.addDocument(document, options),
    document: (documentId) => search.document(documentId),
    documents: (query) => search.documents(query),
    removeDocuments: (filter) => search.removeDocuments(filter),
    status: () => search.status(),
    books: (options) => search.books(options),
    rebuild: (options) => search.rebuild(options),
  };
}
