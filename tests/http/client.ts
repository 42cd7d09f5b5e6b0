import { createHttpApp, type HttpApp, type HttpAppOptions } from "../../src/http/mod.ts";
import type { SettingName } from "../../src/config/mod.ts";
import { checkedFetch } from "../contract/contract_check.ts";
import { type FakeHttpDeps, fakeHttpDeps } from "../fakes/fake_http_deps.ts";

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Client {
  app: HttpApp;
  deps: FakeHttpDeps;
  call<T = Record<string, unknown>>(path: string, init?: CallInit): Promise<Answer<T>>;
}

export interface CallInit extends Omit<RequestInit, "body"> {
  /** Sent as JSON with its content type. */
  json?: unknown;
  body?: BodyInit;
  /** @default "127.0.0.1" */
  peer?: string;
}

/** Routes that hand on what a task or the recorder gave, which the fakes make up; the contract tests ask the real ones. */
const MADE_BY_FAKES = [
  "/api/map",
  "/api/scrape",
  "/api/brands/{brand}/preview",
  "/monitoring/metrics-summary",
];

/**
 * The app with fake services, called in process as from a peer on loopback. An answer that is not as the service's own
 * document has it fails the test.
 */
export function client(
  env: Partial<Record<SettingName, string>> = {},
  options: HttpAppOptions = { health: { maxAgeMs: 0 } },
): Client {
  const deps = fakeHttpDeps(env);
  const app = createHttpApp(deps, options);
  app.fetch = checkedFetch(app.fetch, MADE_BY_FAKES);
  return {
    app,
    deps,
    call: async <T>(path: string, { json, peer = "127.0.0.1", ...init }: CallInit = {}) => {
      const headers = new Headers(init.headers);
      if (json !== undefined) {
        init.body = JSON.stringify(json);
        init.method ??= "POST";
        if (!headers.has("content-type")) headers.set("content-type", "application/json");
      }
      const info = { remoteAddr: { transport: "tcp", hostname: peer, port: 50_000 } };
      const response = await app.request(path, { ...init, headers }, info as never);
      const text = await response.text();
      const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "") && text !== "";
      return {
        status: response.status,
        headers: response.headers,
        body: (isJson ? JSON.parse(text) : text) as T,
      };
    },
  };
}
