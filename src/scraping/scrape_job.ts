import type { BrandScrapeOptions } from "../brands/port.ts";
import type { ExtractRequest, PageFormat } from "../sandbox/port.ts";
import type { Budget } from "./budget.ts";
import type { GuardDeps } from "./guard_deps.ts";
import { tellingFormats } from "./needs_browser.ts";
import type { ScrapeRequest } from "./port.ts";
import type { RobotsGuard } from "./robots_guard.ts";

export interface ScrapeDeps extends GuardDeps {
  robots: RobotsGuard;
}

/** One scrape while it runs: what was asked, with the brand's word and the defaults filled in. */
export interface ScrapeJob {
  request: ScrapeRequest;
  extract: Omit<ExtractRequest, "url">;
  budget: Budget;
  /** The task it is done for; without one it is not put off when a site asks for a pause. */
  taskId?: string;
}

export const DEFAULT_FORMATS: PageFormat[] = ["markdown", "links", "metadata", "product"];

export async function newJob(
  asked: ScrapeRequest,
  { services, settings }: ScrapeDeps,
  options: { signal?: AbortSignal; taskId?: string },
): Promise<ScrapeJob> {
  const brand = asked.brand === undefined ? undefined : await services.brandScrape(asked.brand, asked.url);
  const request = brand === undefined ? asked : withBrand(asked, brand);
  const timeoutMs = Math.min(request.timeoutMs ?? settings.timeoutMs, settings.timeoutMs);
  const { fields, brandFields, nextSelector } = request;
  const wanted = new Set(request.formats ?? DEFAULT_FORMATS);
  if (request.index) wanted.add("markdown");
  const formats = [...wanted].sort();
  return {
    request,
    extract: {
      formats: request.render === "auto" ? tellingFormats(formats) : formats,
      ...(fields === undefined ? {} : { fields }),
      ...(brandFields === undefined ? {} : { brandFields }),
      ...(nextSelector === undefined ? {} : { nextSelector }),
    },
    budget: { deadlineMs: Date.now() + timeoutMs, signal: options.signal },
    taskId: options.taskId,
  };
}

/** What the caller named wins, field by field; of the headers, name by name. */
function withBrand(asked: ScrapeRequest, brand: BrandScrapeOptions): ScrapeRequest {
  const named = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...brand, ...named, url: asked.url, headers: { ...brand.headers, ...asked.headers } };
}
