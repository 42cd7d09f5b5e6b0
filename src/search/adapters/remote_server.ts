import { Backoff } from "../../platform/backoff.ts";
import { messageOf } from "../../platform/errors.ts";
import type { VectorServer } from "../vector_port.ts";
import { clientOf } from "./chroma_http.ts";
import { probeChroma } from "./chroma_probe.ts";
import { untilSilent } from "./heartbeats.ts";
import type { ServerWatcher, StateUpdate, WatchOptions } from "./watch_options.ts";

/** How a server that somebody else runs is asked. */
export interface RemoteAccess {
  /** Sent as `Authorization: Bearer` and `X-Chroma-Token`, in place of what stands in the URL. */
  token?: string;
  /** PEM, of a certificate authority of the operator's own. */
  caCert?: string;
  /** @default "default_tenant" */
  tenant?: string;
  /** @default "default_database" */
  database?: string;
}

/** A Chroma that somebody else runs: asked until it answers, watched while it does. */
export class RemoteServer implements ServerWatcher {
  readonly #url: URL;
  readonly #server: VectorServer;
  readonly #watch: Required<WatchOptions>;

  constructor(url: string, access: RemoteAccess, watch: Required<WatchOptions>) {
    const base = new URL(url);
    const headers = headersOf(base, access.token);
    // The URL is shown in status answers and logs; the credentials must not be.
    base.username = "";
    base.password = "";
    this.#url = base;
    const { caCert, tenant, database } = access;
    this.#server = { url: base.href.replace(/\/$/, ""), headers, caCert, tenant, database };
    this.#watch = watch;
  }

  server(): VectorServer {
    return { ...this.#server };
  }

  async run(signal: AbortSignal, report: (update: StateUpdate) => void): Promise<void> {
    const { url, caCert } = this.#server;
    report({ url });
    let client: Deno.HttpClient | undefined;
    try {
      client = clientOf(caCert);
    } catch (error) {
      report({ status: "unavailable", reason: `CHROMA_CA_FILE cannot be used: ${messageOf(error)}` });
      return;
    }
    try {
      await this.#watchIt(client, signal, report);
    } finally {
      client?.close();
    }
  }

  async #watchIt(
    client: Deno.HttpClient | undefined,
    signal: AbortSignal,
    report: (update: StateUpdate) => void,
  ): Promise<void> {
    const { url, headers, tenant = "default_tenant", database = "default_database" } = this.#server;
    const backoff = new Backoff(this.#watch.backoff);
    while (!signal.aborted) {
      try {
        const { version } = await probeChroma(this.#url, {
          timeoutMs: this.#watch.heartbeatTimeoutMs,
          headers,
          client,
          withVersion: true,
          database: { tenant, database },
          signal,
        });
        backoff.reset();
        report({ status: "connected", version, reason: undefined });
        const reason = await untilSilent(this.#url, { ...this.#watch, headers, client, signal });
        throw new Error(reason);
      } catch (error) {
        if (signal.aborted) return;
        report({ status: "unavailable", reason: `Chroma at ${url}: ${messageOf(error)}` });
      }
      await backoff.pause(signal);
    }
  }
}

function headersOf(url: URL, token: string | undefined): Record<string, string> | undefined {
  if (token !== undefined) return { authorization: `Bearer ${token}`, "x-chroma-token": token };
  if (!url.username && !url.password) return undefined;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}` };
}
