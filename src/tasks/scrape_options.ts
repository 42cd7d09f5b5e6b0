import { z } from "zod";
import { fieldSchema } from "../sandbox/field_schema.ts";
import { PAGE_FORMATS } from "../sandbox/port.ts";

/** How a page is to be scraped: plain zod, once, for the task's input and for every route that asks for scrapes. */

const MAX_URL_CHARS = 8192;
const WEEK_S = 604_800;

/** Headers a caller may send: what asks for a language or a variant, and what a site's own login needs. */
export const HEADER_NAMES = ["accept", "accept-language", "authorization", "cookie", "referer"] as const;

/** An address that can be a page's; whether it may be fetched is the guard's to say. */
export const pageUrl = z.string().max(MAX_URL_CHARS).refine(
  (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
  "must be an absolute http or https URL",
);

const MAX_GLOBS = 200;
const MAX_GLOB_CHARS = 2000;

/** Patterns on URLs, in the words of `platform/url_glob.ts`. */
export const globs = z.array(
  z.string().min(1).max(MAX_GLOB_CHARS).regex(/^\S+$/, "must have no space"),
).max(MAX_GLOBS);

const headerText = (maxChars: number) =>
  z.string().regex(new RegExp(`^[\\x20-\\x7e]{0,${maxChars}}$`), "must be printable ASCII");

/** What the caller has of the page. */
const knownPage = z.strictObject({
  final_url: pageUrl,
  etag: headerText(1000).optional(),
  last_modified: headerText(100).optional(),
  body_sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits").optional()
    .meta({ example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }),
  content_hash: z.string().min(1).max(128).optional(),
});

/** Of one page or of many. */
export const scrapeOptions = {
  formats: z.array(z.enum(PAGE_FORMATS)).min(1).max(PAGE_FORMATS.length).optional()
    .describe("What to extract; markdown, links, metadata and product where absent"),
  fields: fieldSchema.optional()
    .describe("For the format `json`, which needs it: what to read off the page, by CSS selectors"),
  max_age_s: z.int().min(0).max(WEEK_S).optional()
    .describe(
      "A kept copy no older than this is answered without a fetch; 0 (the default) always asks the site",
    ),
  stale_ok_s: z.int().min(0).max(4 * WEEK_S).optional()
    .describe(
      "How much older than `max_age_s` a copy may be to be answered, marked `stale`, where the site cannot be asked now",
    ),
  cache: z.enum(["use", "skip"]).optional().describe(
    "`skip`: no kept copy is answered and this one is not kept, for pages that are read once; `use` where absent",
  ),
  respect_robots: z.boolean().optional().describe("Obey robots.txt; true where absent"),
  headers: z.partialRecord(z.enum(HEADER_NAMES), headerText(4096)).optional().describe(
    `Sent with the request, lower-case names: ${
      HEADER_NAMES.join(", ")
    }. Credentials are dropped across origins`,
  ),
  timeout_ms: z.int().min(100).max(600_000).optional()
    .describe("Limit for one attempt; SCRAPE_TIMEOUT_MS where absent, which it cannot exceed"),
  max_bytes: z.int().min(1024).max(256 * 1024 * 1024).optional()
    .describe("Largest page, decoded; SCRAPE_MAX_BYTES where absent, which it cannot exceed"),
  render: z.enum(["never", "auto", "always"]).optional().describe(
    "Through a browser (CHROMIUM_PATH): `auto` where the page says nothing without its scripts; `never` where absent",
  ),
  index: z.boolean().optional().describe(
    "Whether the page is to be found by search; where absent, what its brand's profile says, else false",
  ),
  screenshot: z.boolean().optional().describe("A PNG of the page, in base64; it is rendered for it"),
};

/** Of one page only. */
export const ifChangedFrom = knownPage.optional().describe(
  "What you have of the page, from an earlier result: where it has not changed since, the answer is brief",
);

type Asked = { formats?: string[]; fields?: unknown };

/** `json` needs fields to be read, and fields are read for nothing else. */
export function fieldsGoWithJson<S extends z.ZodType<Asked>>(schema: S): S {
  return schema.refine(
    (asked: Asked) => (asked.formats?.includes("json") ?? false) === (asked.fields !== undefined),
    { path: ["fields"], message: "goes with the format 'json', and 'json' with it" },
  ) as S;
}
