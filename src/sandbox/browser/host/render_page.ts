import type { Browser, BrowserContext, CDPSession, HTTPResponse, Page } from "puppeteer-core";
import { InterruptedError, TaskError } from "../../../platform/errors.ts";
import { parseExceptions } from "../../../platform/host_exceptions.ts";
import { checkUrl, type UrlRules } from "../../../platform/url_rules.ts";
import type { BrowserOptions, RenderedPage, RenderRequest } from "../port.ts";
import { CheckingProxy } from "./checking_proxy.ts";
import { documentHtml, shutDoors } from "./in_page.ts";
import { navigationFailure } from "./navigation_failure.ts";
import { NetworkQuiet } from "./network_quiet.ts";
import { RequestFilter } from "./request_filter.ts";
import { screenshot, VIEWPORT } from "./screenshot.ts";

/** Scripts that fetch, render and fetch again leave gaps shorter than this. */
const QUIET_MS = 300;
/** How long after its document has come a page may keep its network busy; then it is taken as it is. */
const SETTLE_MS = 5000;
/** Kept of a page's time for reading what it shows. */
const READ_SHARE = 0.2;
const READ_MS = 1500;

/** One page in the browser, from its context to its closing. */
export class PageRender implements AsyncDisposable {
  readonly #request: RenderRequest;
  readonly #options: BrowserOptions;
  readonly #rules: UrlRules;
  readonly #proxy: CheckingProxy;
  /** Ends the render early: time, the caller, a limit, a crash. */
  readonly #stop = new AbortController();
  readonly #endMs: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  #context?: Promise<BrowserContext>;

  /** @throws {TaskError} blocked_address */
  constructor(request: RenderRequest, options: BrowserOptions, timeoutMs: number) {
    this.#request = request;
    this.#options = options;
    const exceptions = parseExceptions(options.allowPrivateHosts);
    const { ports } = options;
    const url = checkUrl(request.url, { ports, exceptions });
    // A stranger's page is not let in where only the operator's own may go: the exceptions are for pages of theirs.
    this.#rules = exceptions.matches(url) ? { ports, exceptions } : { ports };
    this.#proxy = new CheckingProxy({
      rules: this.#rules,
      maxConnections: options.maxRequests,
      maxBytes: options.maxBytes,
      onOverflow: () =>
        this.#stop.abort(
          new TaskError("too_large", `The page and what it loads are larger than ${options.maxBytes} bytes`),
        ),
    });
    this.#endMs = performance.now() + timeoutMs;
    this.#timer = setTimeout(
      () => this.#stop.abort(new TaskError("timeout", `The page was not there within ${timeoutMs} ms`)),
      timeoutMs,
    );
  }

  cancel(): void {
    this.#stop.abort(new InterruptedError("The render was cancelled"));
  }

  /** Settles the moment it is stopped, whatever the browser is still at. */
  async run(browser: Browser): Promise<RenderedPage> {
    const { signal } = this.#stop;
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
    if (signal.aborted) throw signal.reason;
    const work = this.#work(browser);
    work.catch(() => {}); // after a stop, its failure is only a consequence
    return await Promise.race([work, stopped.promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort(new InterruptedError("The page was closed"));
    this.#proxy[Symbol.dispose]();
    const context = await this.#context?.catch(() => undefined);
    await context?.close();
  }

  async #work(browser: Browser): Promise<RenderedPage> {
    this.#context = browser.createBrowserContext({
      proxyServer: this.#proxy.server,
      proxyBypassList: ["<-loopback>"],
      downloadBehavior: { policy: "deny" },
    });
    const context = await this.#context;
    this.#stop.signal.throwIfAborted();
    const page = await context.newPage();
    const client = await page.createCDPSession();
    const { mainFrameId, filter, quiet, lastAnswer } = await this.#prepare(context, page, client);
    await this.#load(page, filter);
    const result = (finalUrl: string, html: string, screenshotPng?: string): RenderedPage => ({
      finalUrl,
      status: lastAnswer()?.status() ?? 200,
      contentType: lastAnswer()?.headers()["content-type"]?.slice(0, 1000),
      html,
      screenshotPng,
      requests: filter.requests,
      refused: filter.refused + this.#proxy.refused,
      bytes: this.#proxy.bytes,
    });
    const readMs = Math.min(READ_MS, (this.#endMs - performance.now()) * READ_SHARE);
    const settledMs = Math.min(performance.now() + SETTLE_MS, this.#endMs - readMs);
    await quiet.wait(QUIET_MS, settledMs, this.#stop.signal);
    const html = await this.#read(client, mainFrameId);
    const finalUrl = page.url();
    if (!/^https?:/.test(finalUrl)) {
      // An error status without a body: Chromium makes up a page of its own, and the status says it all.
      const answer = lastAnswer();
      if (answer && answer.status() >= 400 && answer.url() === filter.mainUrl) {
        return result(filter.mainUrl, "");
      }
      // Or a script has led it to where nothing answers.
      throw navigationFailure(undefined, filter, this.#proxy);
    }
    return result(finalUrl, html, this.#request.screenshot ? await screenshot(client) : undefined);
  }

  async #prepare(context: BrowserContext, page: Page, client: CDPSession) {
    page.on("dialog", (dialog) => void dialog.dismiss().catch(() => {}));
    page.on("error", () =>
      this.#stop.abort(
        new TaskError("out_of_memory", "The page used more memory than it may, or crashed its process", {
          retryable: false,
        }),
      ));
    context.on("targetcreated", (target) => {
      if (target.type() === "page") void target.page().then((popup) => popup?.close()).catch(() => {});
    });
    let answer: HTTPResponse | undefined;
    page.on("response", (response) => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) {
        answer = response;
      }
    });
    const quiet = await NetworkQuiet.watch(client);
    const { headers, url, screenshot: picture = false } = this.#request;
    const { frameTree } = await client.send("Page.getFrameTree");
    const mainFrameId = frameTree.frame.id;
    const [filter] = await Promise.all([
      RequestFilter.install(client, {
        proxy: this.#proxy,
        rules: this.#rules,
        maxRequests: this.#options.maxRequests,
        onFlood: () => this.#stop.abort(new TaskError("too_large", "The page makes requests without end")),
        picture,
        quiet,
        mainFrameId,
        own: headers && { origin: new URL(url).origin, headers },
      }),
      page.setViewport(VIEWPORT),
      page.evaluateOnNewDocument(shutDoors),
    ]);
    return { mainFrameId, filter, quiet, lastAnswer: () => answer };
  }

  async #load(page: Page, filter: RequestFilter): Promise<void> {
    try {
      await page.goto(this.#request.url, { waitUntil: "domcontentloaded", timeout: 0 });
    } catch (error) {
      throw navigationFailure(error, filter, this.#proxy);
    }
  }

  /** A page that goes on to another while it is read is read again there. */
  async #read(client: CDPSession, frameId: string): Promise<string> {
    const { maxBytes } = this.#request;
    while (true) {
      this.#stop.signal.throwIfAborted();
      try {
        const world = await client.send("Page.createIsolatedWorld", { frameId, worldName: "tutti" });
        const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
          expression: `(${documentHtml})(${maxBytes})`,
          contextId: world.executionContextId,
          returnByValue: true,
        });
        if (exceptionDetails) throw new Error(exceptionDetails.text);
        const html = result.value as unknown;
        if (typeof html === "string" && new TextEncoder().encode(html).length <= maxBytes) return html;
        this.#stop.abort(new TaskError("too_large", `The page as shown is larger than ${maxBytes} bytes`));
      } catch (error) {
        if (!/context|navigat|frame/i.test(String(error))) throw error;
      }
    }
  }
}
