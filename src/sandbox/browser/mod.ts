import { type BrowserDeps, ChromiumBrowser } from "./chromium_browser.ts";
import type { BrowserOptions } from "./port.ts";

/** The browser of a service. Starts nothing yet: the first render does. */
export function createBrowser(options: BrowserOptions, deps: BrowserDeps = {}): ChromiumBrowser {
  return new ChromiumBrowser(options, deps);
}

export type { Browser, BrowserOptions, BrowserStatus, RenderedPage, RenderRequest } from "./port.ts";
