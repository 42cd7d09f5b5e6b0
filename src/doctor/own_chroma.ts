import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { ChromaConnection } from "../search/adapters/chroma_server.ts";
import { ChromaVectorStore } from "../search/adapters/chroma_vector_store.ts";
import type { VectorDatabaseState } from "../search/database_port.ts";
import type { VectorStore } from "../search/vector_port.ts";

/** Longest wait for Chroma to say yes or no. */
const START_TIMEOUT_MS = 15_000;
const GRACE_MS = 5000;

/**
 * Chroma for the doctor: connected when first asked for, stopped at the end. The local one takes the folder's lock as
 * the service does, so that there is never a second one; where there is no folder yet, it is tried on a temporary one.
 */
export class OwnChroma implements AsyncDisposable {
  readonly #config: Config;
  readonly #cleanUp = new AsyncDisposableStack();
  #connected: Promise<{ state: VectorDatabaseState; store?: VectorStore }> | undefined;

  constructor(config: Config) {
    this.#config = config;
  }

  /** The store only where it is connected. */
  connection(): Promise<{ state: VectorDatabaseState; store?: VectorStore }> {
    return this.#connected ??= this.#open();
  }

  async #open(): Promise<{ state: VectorDatabaseState; store?: VectorStore }> {
    const state = await this.#connect();
    if (state.status !== "connected" || state.url === undefined) return { state };
    const { CHROMA_TOKEN, CHROMA_CA_FILE, CHROMA_TENANT, CHROMA_DATABASE } = this.#config;
    const store = new ChromaVectorStore({
      url: state.mode === "remote" ? this.#config.CHROMA_URL! : state.url,
      headers: CHROMA_TOKEN === undefined
        ? undefined
        : { authorization: `Bearer ${CHROMA_TOKEN}`, "x-chroma-token": CHROMA_TOKEN },
      caCert: CHROMA_CA_FILE === undefined ? undefined : await Deno.readTextFile(CHROMA_CA_FILE),
      tenant: CHROMA_TENANT,
      database: CHROMA_DATABASE,
    });
    this.#cleanUp.use(store);
    return { state, store };
  }

  async #connect(): Promise<VectorDatabaseState> {
    const { CHROMA_URL: url, CHROMA_LAUNCHER: launcher, DATA_DIR } = this.#config;
    let folder = join(DATA_DIR, "chroma");
    if (url === undefined && !await Deno.stat(folder).then(() => true, () => false)) {
      const made = folder = await Deno.makeTempDir({ prefix: "tutti-doctor-chroma-" });
      this.#cleanUp.defer(() => Deno.remove(made, { recursive: true }));
    }
    const chroma = new ChromaConnection({ url, folder, launcher });
    this.#cleanUp.defer(() => chroma.stop({ graceMs: GRACE_MS }));
    const { promise, resolve } = Promise.withResolvers<void>();
    chroma.onChange(() => resolve());
    const timer = setTimeout(resolve, START_TIMEOUT_MS);
    chroma.start();
    if (chroma.state().status !== "off") await promise;
    clearTimeout(timer);
    return chroma.state();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync();
  }
}
