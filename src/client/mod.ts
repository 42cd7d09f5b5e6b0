/**
 * A client of the service's HTTP API, for Deno, Node and browsers. It stands alone: nothing of the service and no package
 * is imported, and the types are those of `/openapi.json`.
 *
 * ```ts
 * const tutti = createClient({ url: "http://127.0.0.1:8080", apiKey: "secret" });
 * const { task_id } = await tutti.enqueue({ type: "test", input: { delay_s: 1 } });
 * const { status } = await tutti.waitForTask(task_id);
 * ```
 */
export type * from "./api_types.ts";
export type { RequestArgs, RequestInput } from "./calls.ts";
export { createClient, type EventOptions, TuttiClient } from "./client.ts";
export type { CacheControl, QueueControl } from "./operations.ts";
export type { DocumentAbout, Documents } from "./documents.ts";
export type { AskEvent, BatchEvent, QueueEvent, TaskEvent, TaskNews } from "./events.ts";
export type { CrawlResultsOptions } from "./follow.ts";
export type { FollowOptions } from "./patience.ts";
export { type ProblemCode, TuttiProblem, TuttiUnreachable } from "./problem.ts";
export type { Route, RouteAnswer, RouteInput, RouteQuery } from "./routes.ts";
export type { CallOptions, ClientOptions, CreateOptions } from "./transport.ts";
