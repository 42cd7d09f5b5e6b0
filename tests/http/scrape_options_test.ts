import { assertEquals } from "@std/assert";
import { createMapTask, scrapeInput } from "../../src/tasks/mod.ts";
import type { TaskRequest } from "../../src/queue/service_port.ts";
import { client } from "./client.ts";

type Problem = { code: string; errors?: { path: string; message: string }[] };

const OPTIONS = {
  formats: ["markdown", "tables", "json"],
  fields: {
    title: { selector: ["h1", "h2"] },
    offers: { selector: ".offer", many: true, fields: { price: { selector: ".price", type: "price" } } },
  },
  max_age_s: 1,
  stale_ok_s: 2,
  respect_robots: false,
  headers: { "accept-language": "he" },
  timeout_ms: 1000,
  max_bytes: 2048,
  render: "auto",
  screenshot: true,
};
const KNOWN = {
  final_url: "https://a.example/",
  etag: '"e"',
  last_modified: "Mon, 01 Jan 2024 00:00:00 GMT",
  body_sha256: "0".repeat(64),
  content_hash: "h",
};

for (
  const [path, json, own] of [
    ["/api/tasks/scrape/async", { url: "https://a.example/", if_changed_from: KNOWN }, {
      if_changed_from: KNOWN,
    }],
    ["/api/scrape/batch", { urls: ["https://a.example/"] }, {}],
  ] as const
) {
  Deno.test(`POST ${path} hands every scrape option on, and the task takes what it is handed`, async () => {
    const { call, deps } = client();
    assertEquals((await call(path, { json: { ...json, ...OPTIONS } })).status, 202);
    const request = deps.queue.requests[0]!.request as TaskRequest & { inputs?: unknown[] };
    const input = request.input ?? request.inputs![0];
    assertEquals(input, { url: "https://a.example/", ...OPTIONS, ...own });
    assertEquals(scrapeInput.safeParse(input).error, undefined);
  });
}

for (
  const [what, json, at] of [
    ["json without fields", { formats: ["json"] }, "fields"],
    ["fields without json", { fields: { a: { selector: "h1" } } }, "fields"],
    [
      "a selector that is none",
      { formats: ["json"], fields: { a: { selector: "h1[" } } },
      "fields.a.selector",
    ],
    ["a field without a selector", { formats: ["json"], fields: { a: {} } }, "fields.a.selector"],
    [
      "an unknown word in a field",
      { formats: ["json"], fields: { a: { selector: "h1", regex: "x" } } },
      "fields.a.regex",
    ],
    [
      "a type that is none",
      { formats: ["json"], fields: { a: { selector: "h1", type: "int" } } },
      "fields.a.type",
    ],
    ["a format that is none", { formats: ["pdf"] }, "formats.0"],
    ["a stale copy of no age", { stale_ok_s: -1 }, "stale_ok_s"],
    ["a render that is none", { render: "yes" }, "render"],
    ["a header that is not for callers", { headers: { host: "a" } }, "headers"],
  ] as [string, Record<string, unknown>, string][]
) {
  Deno.test(`every route that asks for scrapes answers 422 naming the place for ${what}`, async () => {
    const { call, deps } = client();
    for (
      const [path, work] of [
        ["/api/tasks/scrape/async", { url: "https://a.example/" }],
        ["/api/scrape/batch", { urls: ["https://a.example/"] }],
        ["/api/scrape", { url: "https://a.example/" }],
        ["/api/crawl", { start_urls: ["https://a.example/"] }],
      ] as const
    ) {
      const { status, body } = await call<Problem>(path, { json: { ...work, ...json } });
      assertEquals([status, body.code], [422, "invalid_request"], path);
      assertEquals(body.errors![0]!.path.startsWith(at), true, `${path}: ${body.errors![0]!.path}`);
    }
    assertEquals([deps.queue.requests.length, deps.crawls.starts.length], [0, 0]);
  });
}

Deno.test("the document shows the selector schema once, and it refers to itself", async () => {
  const { body } = await client().call<
    { components: { schemas: Record<string, { additionalProperties: { properties: { fields: object } } }> } }
  >("/openapi.json");
  assertEquals(body.components.schemas.FieldSchema!.additionalProperties.properties.fields, {
    $ref: "#/components/schemas/FieldSchema",
  });
  assertEquals(JSON.stringify(body).split('"selector":{"anyOf"').length, 2);
});

Deno.test("a map's input as the route makes it is one the task takes", () => {
  const { input } = createMapTask({ timeoutMs: 1000, map: () => Promise.reject(new Error("not here")) });
  const asked = { url: "https://a.example/", include: ["/a"], scope: "any", sitemap: "only", limit: 50_000 };
  assertEquals(input.safeParse(asked).error, undefined);
  assertEquals(input.safeParse({ ...asked, limit: 50_001 }).success, false);
  assertEquals(input.safeParse({ ...asked, url: "ftp://a.example/" }).success, false);
});
