import { createHttpApp, type HttpApp, type HttpAppOptions } from "../../src/http/mod.ts";
import type { SettingName } from "../../src/config/mod.ts";
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

/** The app with fake services, called in process as from a peer on loopback. */
export function client(
  env: Partial<Record<SettingName, string>> = {},
  options: HttpAppOptions = { health: { maxAgeMs: 0 } },
): Client {
  const deps = fakeHttpDeps(env);
  const app = createHttpApp(deps, options);
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
