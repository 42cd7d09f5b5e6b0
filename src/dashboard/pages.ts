/**
 * The addresses under which the page is served, so that a link into it may be kept or sent: in Hono's words, `:id` for
 * one thing. The page's own router (`app/pages/routes.ts`) says what is shown there; a test holds the two together. None
 * may be that of an API route: Prometheus has `/metrics`, the page `/metrics-view`.
 */
export const PAGE_PATHS: readonly string[] = [
  "/tasks",
  "/tasks/:id",
  "/batches",
  "/batches/:id",
  "/crawls",
  "/crawls/:id",
  "/schedules",
  "/schedules/:id",
  "/brands",
  "/brands/:id",
  "/search",
  "/cache",
  "/metrics-view",
  "/settings",
];

const SECTIONS: ReadonlyMap<string, boolean> = new Map(
  PAGE_PATHS.filter((path) => !path.includes(":")).map((path) => [path, PAGE_PATHS.includes(`${path}/:id`)]),
);

/** Whether a browser asks for the page: by GET, for HTML, under an address of it. */
export function isPageRequest(request: Request, path: string): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  return wantsPage(request.headers) && isPagePath(path);
}

/** Whether the caller shows HTML to somebody; a program that takes anything is told what it was told before. */
export function wantsPage(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/html") ?? false;
}

function isPagePath(path: string): boolean {
  if (path === "/") return true;
  const slash = path.indexOf("/", 1);
  if (slash < 0) return SECTIONS.has(path);
  return SECTIONS.get(path.slice(0, slash)) === true && slash < path.length - 1 &&
    !path.includes("/", slash + 1);
}
