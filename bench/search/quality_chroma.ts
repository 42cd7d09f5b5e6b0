import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import type { VectorDatabaseState } from "../../src/search/database_port.ts";
import type { VectorServer } from "../../src/search/vector_port.ts";
import { CHROMA_LAUNCHER } from "../../tests/search/chroma_host.ts";

export interface RunningChroma extends AsyncDisposable {
  state: VectorDatabaseState;
  server: VectorServer;
}

/** A Chroma of its own on this host. @throws {Error} it cannot run here */
export async function startChroma(folder: string): Promise<RunningChroma> {
  if (CHROMA_LAUNCHER === undefined) throw new Error("no Chroma on this host");
  const connection = new ChromaConnection({ folder, launcher: CHROMA_LAUNCHER });
  const connected = Promise.withResolvers<VectorDatabaseState>();
  connection.onChange((state) => {
    if (state.status === "connected") connected.resolve(state);
    else if (state.status === "unavailable") connected.reject(new Error(state.reason));
  });
  connection.start();
  const state = await connected.promise;
  return {
    state,
    server: { url: state.url! },
    [Symbol.asyncDispose]: () => connection.stop({ graceMs: 5_000 }),
  };
}
