import { ChromaConnection } from "../../src/search/adapters/chroma_server.ts";
import type { VectorDatabaseState } from "../../src/search/port.ts";
import { CHROMA_LAUNCHER } from "./chroma_host.ts";

/** A test that needs a real Chroma; skipped where there is none. */
export function real(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: CHROMA_LAUNCHER === undefined, fn });
}

export interface RealChroma extends AsyncDisposable {
  readonly connection: ChromaConnection;
  readonly folder: string;
  readonly url: string;
  /** Kills it; resolves when it has been started again, with its new address. */
  kill(): Promise<string>;
  stop(): Promise<void>;
}

export async function realChroma(folder?: string): Promise<RealChroma> {
  const path = folder ?? await Deno.makeTempDir({ prefix: "tutti-vectors-" });
  const connection = new ChromaConnection({
    folder: path,
    launcher: CHROMA_LAUNCHER!,
    watch: { heartbeatIntervalMs: 200, backoff: { minMs: 50, maxMs: 200 } },
  });
  const until = (status: VectorDatabaseState["status"]) =>
    new Promise<void>((resolve) => {
      const look = (state: VectorDatabaseState) => state.status === status && resolve();
      connection.onChange(look);
      look(connection.state());
    });
  connection.start();
  await until("connected");
  return {
    connection,
    folder: path,
    get url() {
      return connection.state().url!;
    },
    async kill() {
      const gone = until("unavailable");
      Deno.kill(JSON.parse(Deno.readTextFileSync(`${path}/tutti.lock`)).server, "SIGKILL");
      await gone;
      await until("connected");
      return connection.state().url!;
    },
    stop: () => connection.stop({ graceMs: 5000 }),
    async [Symbol.asyncDispose]() {
      await connection.stop({ graceMs: 5000 });
      if (folder === undefined) await Deno.remove(path, { recursive: true });
    },
  };
}

/** A unit vector that is a number's own. */
export function vectorOf(seed: number, dimensions = 16): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = seed * 2654435761 + 1;
  let sum = 0;
  for (let at = 0; at < dimensions; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    vector[at] = state / 2 ** 32 - 0.5;
    sum += vector[at]! ** 2;
  }
  return vector.map((value) => value / Math.sqrt(sum));
}
