import { assertEquals } from "@std/assert";
import { Validator } from "npm:@seriousme/openapi-schema-validator@2.11.0";
import { client } from "./client.ts";

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; requestBody?: { required?: boolean } }>
  >;
}

Deno.test("/openapi.json is a valid OpenAPI 3.1 document", async () => {
  const { body } = await client().call<Document>("/openapi.json");
  assertEquals(body.openapi, "3.1.0");
  const { valid, errors } = await new Validator().validate(structuredClone(body) as never);
  assertEquals(valid, true, JSON.stringify(errors));
});

Deno.test("every route is in the document and every documented route is served", async () => {
  const { app, call } = client();
  const { body } = await call<Document>("/openapi.json");
  const documented = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const served = app.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  assertEquals(documented.toSorted(), [...new Set(served)].toSorted());
});

Deno.test("every documented body is required, but those of a pause, a resume, a crawl by a profile and a rebuild", async () => {
  const { body } = await client().call<Document>("/openapi.json");
  const bodies = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.values(item).flatMap(({ requestBody }) => requestBody === undefined ? [] : [{ path, requestBody }])
  );
  assertEquals(bodies.length, 23);
  assertEquals(bodies.filter(({ requestBody }) => !requestBody.required).map(({ path }) => path), [
    "/api/queue/pause",
    "/api/queue/resume",
    "/api/brands/{brand}/crawl",
    "/api/index/rebuild",
  ]);
});

Deno.test("every route has a name of its own, and a description", async () => {
  type Named = Record<string, { operationId: string; description: string }>;
  const { body } = await client().call<{ paths: Record<string, Named> }>("/openapi.json");
  const operations = Object.values(body.paths).flatMap((item) => Object.values(item));
  const names = operations.map(({ operationId }) => operationId);
  assertEquals(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name)), []);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.includes("listTasks"), true);
  const silent = operations.filter(({ description }) => (description ?? "").length < 10);
  assertEquals(silent.map(({ operationId }) => operationId), []);
});

Deno.test("the headers of answers are documented, where they are sent", async () => {
  type Answers = Record<string, { headers?: Record<string, unknown> }>;
  const { body } = await client().call<
    { paths: Record<string, Record<string, { responses: Answers; parameters?: { name: string }[] }>> } & {
      info: { description: string };
      components: { headers: Record<string, { schema: object; description: string }> };
    }
  >("/openapi.json");
  for (const [path, item] of Object.entries(body.paths)) {
    for (const [method, { responses, parameters = [] }] of Object.entries(item)) {
      for (const [status, { headers = {} }] of Object.entries(responses)) {
        const replays = status === "202" && parameters.some(({ name }) => name === "Idempotency-Key");
        assertEquals(
          Object.keys(headers).toSorted(),
          [
            ...(replays ? ["Idempotency-Replayed"] : []),
            ...(status === "202" ? ["Location"] : []),
            ...(["429", "503", "507"].includes(status) && !path.startsWith("/health") ? ["Retry-After"] : []),
            ...(path === "/api/session" && status === "204" ? ["Set-Cookie"] : []),
            ...(status === "401" ? ["WWW-Authenticate"] : []),
            "X-Request-Id",
          ],
          `${method} ${path} ${status}`,
        );
      }
    }
  }
  for (const [name, { schema, description }] of Object.entries(body.components.headers)) {
    assertEquals([typeof schema, description.length > 10], ["object", true], name);
  }
  assertEquals(/405.*`Allow`/s.test(body.info.description), true);
});
