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

Deno.test("every documented body is required", async () => {
  const { body } = await client().call<Document>("/openapi.json");
  const bodies = Object.values(body.paths).flatMap((item) => Object.values(item))
    .flatMap((operation) => operation.requestBody ?? []);
  assertEquals(bodies.length, 4);
  assertEquals(bodies.every(({ required }) => required), true);
});
