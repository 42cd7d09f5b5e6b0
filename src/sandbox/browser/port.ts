import type { CallOptions } from "../port.ts";

/**
 * The browser: pages as they are once their scripts have run. One Chromium of the operator's (`CHROMIUM_PATH`) serves
 * the whole service. It is started at the first render, has each page in a context of its own behind a proxy that
 * checks every address, and goes when nobody has asked for a while.
 */
export interface Browser extends AsyncDisposable {
  /**
   * Loads one page, runs its scripts until its network is quiet (or for a bounded time) and gives what it shows.
   * Reads no robots.txt and asks no host budget: the caller does that for `url`, and for `finalUrl` where it differs.
   * @throws {TaskError} browser_unavailable, blocked_address, dns, tls, connect, redirect_loop, timeout, too_large,
   * unsupported_content, out_of_memory, worker_crashed
   * @throws {InterruptedError} a neighbour took the browser down, or it was closed
   */
  render(request: RenderRequest, options: CallOptions): Promise<RenderedPage>;
  status(): BrowserStatus;
}

export interface RenderRequest {
  url: string;
  /** Lower-case names. Sent to the origin of `url` only. User-Agent is the browser's. */
  headers?: Record<string, string>;
  /** Largest HTML given back, in bytes of UTF-8. */
  maxBytes: number;
  /** A PNG of the page, which then loads its images and fonts too. @default false */
  screenshot?: boolean;
}

export interface RenderedPage {
  /** Where the browser ended up, by redirects and by scripts. */
  finalUrl: string;
  /** Of the last document. */
  status: number;
  contentType?: string;
  /** The document, open shadow roots in their place. */
  html: string;
  /** PNG, base64. */
  screenshotPng?: string;
  /** Requests the page has made, and those of them that were let through neither limits nor guard. */
  requests: number;
  refused: number;
  /** What came over the network, in bytes. */
  bytes: number;
}

export interface BrowserStatus {
  /** A Chromium runs. */
  alive: boolean;
  /** Pages it has in hand. */
  inHand: number;
  /** Chromiums started, and those of them that ended otherwise than on purpose. */
  started: number;
  crashed: number;
  /** The process that holds Chromium. */
  pid?: number;
}

/** The settings a browser is made with. */
export interface BrowserOptions {
  /** `CHROMIUM_PATH`; absent, every render fails with `browser_unavailable`. */
  chromiumPath?: string;
  /** Its profile and temporary files; wiped at each start. */
  folder: string;
  userAgent: string;
  ports: number[];
  allowPrivateHosts: string[];
  /** Pages at once. */
  concurrency: number;
  /** Requests one page may make; those beyond are refused, and the page goes on without. */
  maxRequests: number;
  /** What one page may bring over the network, in bytes; beyond it, it fails with `too_large`. */
  maxBytes: number;
  /** JavaScript heap of one page, in MiB. */
  heapMb: number;
  /** Memory of one of Chromium's processes, in MiB. */
  rssMb: number;
  /** The browser is closed after this long without a page, in ms. @default 120000 */
  idleMs?: number;
  /** Pages after which it is replaced. @default 500 */
  maxPages?: number;
}
