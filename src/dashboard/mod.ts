/** The web page: what is served of it, and where. */
export { type Dashboard, type DashboardFile, loadDashboard, PAGE_CSP } from "./files.ts";
export { isPageRequest, PAGE_PATHS, wantsPage } from "./pages.ts";
