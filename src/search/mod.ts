/** Search: documents, their index, and what searches find. */
export { NO_INDEX_WORK, searchOff } from "./off.ts";
export { SearchService, type SearchServiceOptions } from "./service.ts";
export { SearchWork } from "./work.ts";
export type { Search, SearchStatus, VectorDatabase, VectorDatabaseState } from "./port.ts";
