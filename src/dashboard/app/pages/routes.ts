import type { FunctionComponent } from "preact";
import { match } from "../router/router.ts";
import type { IconName } from "../ui/icon.tsx";
import { BatchDetail } from "./batches/batch_detail.tsx";
import { Batches } from "./batches/batches.tsx";
import { BrandDetail } from "./brands/brand_detail.tsx";
import { Brands } from "./brands/brands.tsx";
import { Cache } from "./cache/cache.tsx";
import { CrawlDetail } from "./crawls/crawl_detail.tsx";
import { Crawls } from "./crawls/crawls.tsx";
import { Metrics } from "./metrics/metrics.tsx";
import { NotFound } from "./not_found.tsx";
import { Overview } from "./overview/overview.tsx";
import type { PageProps } from "./page.ts";
import { ScheduleDetail } from "./schedules/schedule_detail.tsx";
import { Schedules } from "./schedules/schedules.tsx";
import { Search } from "./search/search.tsx";
import { Settings } from "./settings/settings.tsx";
import { TaskDetail } from "./tasks/task_detail.tsx";
import { Tasks } from "./tasks/tasks.tsx";

interface Route {
  /** As in `src/dashboard/pages.ts`, which is where the service is told to answer with the page. */
  path: string;
  title: string;
  /** Shown in the navigation, in the order of this list. */
  icon?: IconName;
  page: FunctionComponent<PageProps>;
}

/**
 * The pages. To add one:
 *
 * 1. Write `pages/<name>/<name>.tsx` that exports a component taking `PageProps`, from the parts of `ui/mod.ts`:
 *    `PageHead` first (its `h1` gets the focus), then `Panel`s. Read with `useResource(key, (signal) => api.get(path,
 *    { signal }))` and show it by `<Loaded resource={...}>`, which has the loading and error states. What is live comes
 *    from `live/store.ts` (`stats`, `points`) and `useTaskNews`; never poll. Changes go through `attempt("Done", () =>
 *    api.post(...))`; ask `await confirmed(...)` before what cannot be taken back.
 * 2. Add its line here, with an `icon` for the navigation. Its address stands in `src/dashboard/pages.ts` already, or is
 *    to be added there.
 * 3. Styles that no other page needs go into a sheet of their own in `styles/`. Nothing inline: the policy forbids it
 *    (`style={{...}}` of Preact is set by the DOM and allowed).
 * 4. `deno task build-dashboard`, and commit `dist/` with it.
 */
const ROUTES: readonly Route[] = [
  { path: "/", title: "Overview", icon: "overview", page: Overview },
  { path: "/tasks", title: "Tasks", icon: "tasks", page: Tasks },
  { path: "/tasks/:id", title: "Task", page: TaskDetail },
  { path: "/batches", title: "Batches", icon: "batches", page: Batches },
  { path: "/batches/:id", title: "Batch", page: BatchDetail },
  { path: "/crawls", title: "Crawls", icon: "crawls", page: Crawls },
  { path: "/crawls/:id", title: "Crawl", page: CrawlDetail },
  { path: "/schedules", title: "Schedules", icon: "schedules", page: Schedules },
  { path: "/schedules/:id", title: "Schedule", page: ScheduleDetail },
  { path: "/brands", title: "Brands", icon: "brands", page: Brands },
  { path: "/brands/:id", title: "Brand", page: BrandDetail },
  { path: "/search", title: "Search", icon: "search", page: Search },
  { path: "/cache", title: "Cache", icon: "cache", page: Cache },
  { path: "/metrics-view", title: "Metrics", icon: "metrics", page: Metrics },
  { path: "/settings", title: "Settings", icon: "settings", page: Settings },
];

/** What the navigation shows. */
export const NAV: readonly { path: string; title: string; icon: IconName }[] = ROUTES.flatMap(
  ({ path, title, icon }) => icon === undefined ? [] : [{ path, title, icon }],
);

/** The page of an address; one that says so where there is none. */
export function pageAt(
  path: string,
): { page: FunctionComponent<PageProps>; title: string; params: Record<string, string> } {
  for (const route of ROUTES) {
    const params = match(route.path, path);
    if (params !== undefined) return { page: route.page, title: route.title, params };
  }
  return { page: NotFound, title: "Not found", params: {} };
}

/** Whether an address is one of a page, so that a link to it needs no new document. */
export function isPage(path: string): boolean {
  return ROUTES.some((route) => match(route.path, path) !== undefined);
}
