import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Operation, Schema } from "./api_document.ts";
import { Judge } from "./judge.ts";

Deno.test("the document says what a newcomer needs, and its examples work when they are sent", async (t) => {
  const brands = await Deno.makeTempDir({ prefix: "tutti-brands-" });
  await using judge = await Judge.start({
    // With no Chroma to be found search answers by words.
    env: { BRANDS_DIR: brands, CHROMA_URL: "", CHROMA_LAUNCHER: "/no/such/launcher" },
  });
  const { document } = judge;
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : document.text.components.schemas[schema.$ref.split("/").at(-1)!]!;

  /** The path with the examples of its parameters, and a task there for each id a route is about. */
  const filled = async (path: string, operation: Operation): Promise<string> => {
    let out = path;
    for (const { name, in: where, schema } of operation.parameters ?? []) {
      if (where !== "path") continue;
      const example = String(resolved(schema).example);
      if (name === "task_id") {
        await judge.call("POST /api/tasks", { json: { type: "test", task_id: example, delay_s: 1000 } });
      }
      if (name === "brand") {
        const profile = `brand: ${example}\nhosts: [www.example.com]\n`;
        await Deno.writeTextFile(join(brands, `${example}.yaml`), profile);
        await judge.until("/api/brands", ({ brands }) => brands.length > 0);
      }
      out = out.replace(`{${name}}`, encodeURIComponent(example));
    }
    return out;
  };

  for (const [method, path, operation] of document.operations()) {
    const body = operation.requestBody?.content["application/json"];
    if (body === undefined) continue;
    await t.step(`the example of ${method.toUpperCase()} ${path} is accepted`, async () => {
      const { example } = resolved(body.schema);
      assert(example !== undefined, "there is no example");
      const route = `${method.toUpperCase()} ${await filled(path, operation)}`;
      const { status, body: answer } = await judge.call(route, { json: example });
      // Who waits for a page of example.com hears what became of it, and that may be that there is no network.
      if (status === 502) assertEquals(answer.code, "scrape_failed");
      // A question needs a language model, which nobody has set.
      else if (path === "/api/ask") assertEquals([status, answer.code], [503, "unavailable"]);
      else assert([200, 201, 202, 204].includes(status), `${status}`);
    });
  }

  await t.step("every route has a summary, and every parameter that is not an id says what it does", () => {
    const silent = document.operations().flatMap(([method, path, { summary, parameters = [] }]) => [
      ...(summary ? [] : [`${method} ${path}`]),
      ...parameters.filter(({ name, description }) => !description && !name.endsWith("_id"))
        .map(({ name }) => `${method} ${path}: ${name}`),
    ]);
    assertEquals(silent, []);
  });

  await t.step("every pattern is a regular expression that its own example matches", () => {
    const wrong: string[] = [];
    walk(document.text, (schema, at) => {
      if (typeof schema.pattern !== "string") return; // a field may bear the name
      const example = schema.example;
      const matches = new RegExp(schema.pattern, "u").test(typeof example === "string" ? example : "x");
      if (!matches && (typeof example === "string" || !schema.pattern.includes("\\d"))) wrong.push(at);
    });
    assertEquals(wrong, []);
  });

  await t.step("an answer without fields, or an error without a schema, is documented nowhere", () => {
    const open = document.operations().flatMap(([method, path, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content).filter(([type, { schema }]) => {
          const { type: kind, properties, additionalProperties } = resolved(schema);
          return type.endsWith("json") && kind === "object" &&
            Object.keys(properties ?? {}).length === 0 && !additionalProperties;
        }).map(() => `${method} ${path} ${status}`)
      )
    );
    assertEquals(open, []);
  });

  await Deno.remove(brands, { recursive: true });
});

function walk(value: unknown, visit: (schema: Schema, at: string) => void, at = ""): void {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) visit(value as Schema, at);
  for (const [name, inner] of Object.entries(value)) walk(inner, visit, `${at}/${name}`);
}
