import { ID_PATTERN } from "../platform/ids.ts";
import type { HttpApp } from "./context.ts";

/** Registered before the document is generated; the routes name them through the document's own `security`. */
const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "The secret of one of API_KEYS" },
  api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same secret, in a header" },
} as const;

/** Headers of answers that a client reads; `answerHeaders` says where they stand. */
const HEADERS = {
  "X-Request-Id": {
    description: "Id of the request: in the log, the metrics and the task. One of your own is kept",
    schema: { type: "string", pattern: ID_PATTERN.source },
  },
  "Location": {
    description: "Path of what was accepted, to be asked for its state",
    schema: { type: "string", format: "uri-reference" },
  },
  "Retry-After": {
    description: "Seconds to wait before it is worth trying again; absent where the service cannot tell",
    schema: { type: "integer", minimum: 1 },
  },
  "Idempotency-Replayed": {
    description: "`true` where the answer is that of an earlier request with the same Idempotency-Key",
    schema: { type: "string", enum: ["true"] },
  },
  "Set-Cookie": { description: "The session, or its end", schema: { type: "string" } },
  "WWW-Authenticate": { description: "How to send the key", schema: { type: "string" } },
} as const;

const DESCRIPTION =
  `A durable task queue with a worker pool, polite scraping, search and a cache, in one process.

* JSON is snake_case, times are RFC 3339 in UTC, durations carry their unit in the name.
* Errors are RFC 9457 problem documents with a stable \`code\`.
* A known path with another method is answered with 405 \`method_not_allowed\`; its header \`Allow\` names the
  methods there are. It is the same everywhere and not repeated with each route.
* Every answer carries \`X-Request-Id\`; one of your own (\`[A-Za-z0-9._-]{1,128}\`, neither \`.\` nor \`..\`) is kept.
* With API_KEYS set, every route but \`/health\`, \`/health/live\`, \`/health/ready\` and this reference needs a key.
  Without, only callers on the same machine are answered (protected mode).`;

const TAGS = [
  {
    name: "tasks",
    description: "Queue, follow, cancel, retry and forget tasks of any type, one or many at once",
  },
  { name: "scraping", description: "Pages to Markdown and product data" },
  {
    name: "crawling",
    description: "Whole sites: their links, their pages, what has changed since the last time",
  },
  {
    name: "brands",
    description: "Profiles of brands: what is read off their pages, and how they are crawled",
  },
  { name: "search", description: "Passages of what was scraped and handed in, and answers out of them" },
  { name: "documents", description: "What can be found: pages that were scraped, documents of your own" },
  { name: "index", description: "The index as a whole: its state, its books, making it anew" },
  { name: "batches", description: "Many tasks as one, and a task that follows when all of them have ended" },
  { name: "schedules", description: "Tasks made at times of the calendar or at intervals" },
  { name: "queue", description: "The queue as a whole, and pausing it or a part of it" },
  { name: "limits", description: "How many tasks of a key may run at once, and how often one may start" },
  { name: "workers", description: "The worker pool" },
  { name: "cache", description: "What the cache holds, and dropping it" },
  { name: "monitoring", description: "Metrics for people and for Prometheus" },
  { name: "health", description: "For orchestrators and load balancers" },
  { name: "system", description: "The service and its process" },
  { name: "test", description: "For trying the service out; TEST_ENDPOINTS=off removes them" },
  { name: "session", description: "Signing in with a browser" },
  { name: "dashboard", description: "The web page" },
  { name: "reference", description: "This reference" },
];

/** Generates the document once, when it is first asked for: start-up does not pay for it. */
export function lazyDocument(app: HttpApp, version: string): () => string {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  for (const [name, header] of Object.entries(HEADERS)) {
    app.openAPIRegistry.registerComponent("headers", name, header as never);
  }
  let text: string | undefined;
  return () =>
    text ??= JSON.stringify(app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Tutti",
        version,
        description: DESCRIPTION,
        contact: { name: "The maintainers of Tutti" },
        license: { name: "MIT" },
      },
      servers: [{ url: "/", description: "This service" }],
      security: [{ bearer: [] }, { api_key: [] }],
      tags: TAGS,
    }));
}
