import puppeteer, { type Browser } from "puppeteer-core";
import { InterruptedError, messageOf, TaskError } from "../../../platform/errors.ts";
import type { Link } from "../../child/link.ts";
import type { BrowserHello, FromBrowserHost, ToBrowserHost } from "../protocol.ts";
import { CheckingProxy } from "./checking_proxy.ts";
import { chromiumFlags } from "./chromium_flags.ts";
import { PageRender } from "./render_page.ts";

/** The pipe to the service. */
export type HostLink = Link<ToBrowserHost, FromBrowserHost, BrowserHello>;

/** Starts Chromium, renders what it is asked, and ends when its stdin or its Chromium does. */
export async function serveBrowser(link: HostLink): Promise<never> {
  const hello = await link.hello();
  using deadEnd = new CheckingProxy({
    rules: { ports: [] },
    maxConnections: 0,
    maxBytes: 0,
    onOverflow: () => {},
  });
  const browser = await launch(hello, deadEnd.server);
  browser.on("disconnected", () => {
    console.error("Chromium has ended");
    Deno.exit(1);
  });
  link.send({ t: "ready", sandboxed: Deno.uid() !== 0 });
  const running = new Map<number, PageRender>();
  for await (const message of link.messages()) {
    if (message.t === "cancel") running.get(message.id)?.cancel();
    else void answer(message, browser, hello, running, link);
  }
  Deno.exit(0); // Chromium ends with its pipe
}

async function launch({ options, profile, launcher }: BrowserHello, deadEnd: string): Promise<Browser> {
  const { chromiumPath, userAgent, heapMb } = options;
  const isRoot = Deno.uid() === 0;
  const flags = chromiumFlags({ profile, userAgent, deadEnd, heapMb, isRoot });
  const [program, ...words] = [...launcher, chromiumPath, ...flags];
  try {
    return await puppeteer.launch({
      executablePath: program,
      pipe: true,
      ignoreDefaultArgs: true,
      args: words,
      env: {
        HOME: profile,
        TMPDIR: profile,
        XDG_CONFIG_HOME: profile,
        XDG_CACHE_HOME: profile,
        PATH: "/usr/bin:/bin",
      },
      defaultViewport: null,
      acceptInsecureCerts: false,
      protocolTimeout: 0, // every render has a deadline of its own
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
    });
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}

async function answer(
  { id, request, timeoutMs }: ToBrowserHost & { t: "render" },
  browser: Browser,
  { options }: BrowserHello,
  running: Map<number, PageRender>,
  link: HostLink,
): Promise<void> {
  let render: PageRender | undefined;
  try {
    render = new PageRender(request, options, timeoutMs);
    running.set(id, render);
    link.send({ t: "page", id, page: await render.run(browser) });
  } catch (error) {
    link.send({ t: "error", id, error: failureOf(error) });
  }
  running.delete(id);
  try {
    await render?.[Symbol.asyncDispose]();
    link.send({ t: "gone", id });
  } catch {
    // A context that cannot be closed keeps its place: the service replaces a browser that has none left.
  }
}

function failureOf(error: unknown): (FromBrowserHost & { t: "error" })["error"] {
  if (error instanceof TaskError) {
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
  if (error instanceof InterruptedError) return { message: error.message, interrupted: true };
  return { code: "handler_error", message: messageOf(error) };
}
