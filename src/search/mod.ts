/** Search. Its door holds the port alone so far: the connection is an adapter, and only a root picks adapters. */
export type { VectorDatabase, VectorDatabaseState } from "./port.ts";
