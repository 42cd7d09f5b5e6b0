export { createGuardedFetch, type GuardedFetch } from "./guarded_fetch.ts";
export { type GateClock, type GateLimits, HostGate } from "./rate_limiter.ts";
export { isAllowed, parseRobots } from "./robots.ts";
export { RobotsGuard } from "./robots_guard.ts";
export type { ScrapeRequest, ScrapeResult } from "./port.ts";
export { type ScrapeDeps, scrapePage } from "./service.ts";
export type { ScrapeSettings } from "./settings.ts";
