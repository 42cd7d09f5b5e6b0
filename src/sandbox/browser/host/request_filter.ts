import type { CDPSession, Protocol } from "puppeteer-core";
import { TaskError } from "../../../platform/errors.ts";
import { checkUrl, type UrlRules } from "../../../platform/url_rules.ts";
import type { CheckingProxy } from "./checking_proxy.ts";
import type { NetworkQuiet } from "./network_quiet.ts";

/** What a page does not need for its DOM. */
const NEVER_LOADED: ReadonlySet<string> = new Set([
  "CSPViolationReport",
  "Manifest",
  "Media",
  "Ping",
  "Prefetch",
  "SignedExchange",
  "TextTrack",
]);
const LOADED_FOR_A_PICTURE: ReadonlySet<string> = new Set(["Image", "Font"]);
/** The icon of a tab nobody sees; its type is "Other", as that of a worker's script. */
const ICON = /\.(?:ico|png|svg|gif|jpe?g|webp)$/i;
/** Refusals past the limit after which a page is taken to want nothing else. */
const PATIENCE = 500;

export interface RequestFilterOptions {
  proxy: CheckingProxy;
  rules: UrlRules;
  maxRequests: number;
  /** Images and fonts are loaded. */
  picture: boolean;
  quiet: NetworkQuiet;
  mainFrameId: string;
  /** Called once, when it goes on asking far beyond that. */
  onFlood(): void;
  /** Headers for one origin. */
  own?: { origin: string; headers: Record<string, string> };
}

/**
 * Looks at every request of a page before it leaves the browser: counts it, refuses what the guard can tell by its URL
 * and what the page does not need, and gives the proxy its secret. The proxy is the wall; this is the porter.
 */
export class RequestFilter {
  requests = 0;
  refused = 0;
  /** The last address its main frame went to. */
  mainUrl = "";
  /** Why that was not gone to. */
  mainFailure?: TaskError;
  readonly #client: CDPSession;
  readonly #options: RequestFilterOptions;
  #over = 0;

  private constructor(client: CDPSession, options: RequestFilterOptions) {
    this.#client = client;
    this.#options = options;
  }

  static async install(client: CDPSession, options: RequestFilterOptions): Promise<RequestFilter> {
    const filter = new RequestFilter(client, options);
    client.on("Fetch.requestPaused", (event) => filter.#onRequest(event));
    client.on("Fetch.authRequired", (event) => filter.#onAuth(event));
    await client.send("Fetch.enable", { patterns: [{ urlPattern: "*" }], handleAuthRequests: true });
    return filter;
  }

  #onRequest(event: Protocol.Fetch.RequestPausedEvent): void {
    const { requestId, request: { url, headers }, resourceType, frameId } = event;
    const isMain = resourceType === "Document" && frameId === this.#options.mainFrameId;
    if (isMain) {
      this.mainUrl = url;
      this.mainFailure = undefined;
    }
    if (/^(data|blob|about):/.test(url)) return this.#pass(requestId);
    this.requests++;
    if (this.requests > this.#options.maxRequests) return this.#refuseBeyond(event, isMain);
    if (NEVER_LOADED.has(resourceType)) return this.#fail(event);
    if (resourceType === "Other" && ICON.test(new URL(url).pathname)) return this.#fail(event);
    if (!this.#options.picture && LOADED_FOR_A_PICTURE.has(resourceType)) return this.#fail(event);
    try {
      // A WebSocket is a tunnel to the proxy, which checks it.
      if (!/^wss?:/.test(url)) checkUrl(url, this.#options.rules);
    } catch (error) {
      this.refused++;
      if (isMain && error instanceof TaskError) this.mainFailure = error;
      return this.#fail(event);
    }
    const { own } = this.#options;
    if (own === undefined || new URL(url).origin !== own.origin) return this.#pass(requestId);
    const all = { ...headers, ...own.headers };
    this.#pass(requestId, Object.entries(all).map(([name, value]) => ({ name, value })));
  }

  #refuseBeyond(event: Protocol.Fetch.RequestPausedEvent, isMain: boolean): void {
    this.refused++;
    if (isMain) {
      this.mainFailure = new TaskError("too_large", "The page goes from one to the next without end");
    }
    if (++this.#over === PATIENCE) this.#options.onFlood();
    if (this.#over < PATIENCE) this.#fail(event);
  }

  #onAuth({ requestId, authChallenge: { source } }: Protocol.Fetch.AuthRequiredEvent): void {
    const { username, password } = this.#options.proxy;
    // Never to a site that asks.
    const authChallengeResponse = source === "Proxy"
      ? { response: "ProvideCredentials" as const, username, password }
      : { response: "CancelAuth" as const };
    this.#send("Fetch.continueWithAuth", { requestId, authChallengeResponse });
  }

  #pass(requestId: string, headers?: Protocol.Fetch.HeaderEntry[]): void {
    this.#send("Fetch.continueRequest", { requestId, headers });
  }

  #fail({ requestId, networkId }: Protocol.Fetch.RequestPausedEvent): void {
    // Of a navigation refused, Chromium says no more.
    if (networkId !== undefined) this.#options.quiet.over(networkId);
    this.#send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
  }

  /** The page, or the request, may have gone meanwhile: then there is nobody to tell. */
  #send(...args: Parameters<CDPSession["send"]>): void {
    this.#client.send(...args).catch(() => {});
  }
}
