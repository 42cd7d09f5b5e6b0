import { z } from "@hono/zod-openapi";
import { type FieldSchema, fieldSchema } from "../../sandbox/field_schema.ts";

const NAME = "FieldSchema";

/**
 * The selector schema in the API document. The generator follows a schema that holds itself for ever, so its JSON
 * schema is made by zod, which names it once, and refers to itself by that name.
 */
function documented(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  registry.add(fieldSchema, { id: NAME });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: "input",
  });
  const { $schema: _, $id: __, ...schema } = schemas[NAME] as Record<string, unknown>;
  return schema;
}

/** What to read off a page, field by field; checked by the one schema of it there is. */
export const fields = z.custom<FieldSchema>().superRefine((value, ctx) => {
  for (const issue of fieldSchema.safeParse(value).error?.issues ?? []) ctx.addIssue({ ...issue });
}).openapi(NAME, {
  ...documented(),
  description: "Fields by name, read by CSS selectors: at most 200, nested at most 4 deep",
  example: {
    title: { selector: ["h1.product", "h1"] },
    price: { selector: "[itemprop=price]", attribute: "content", type: "price" },
    offers: {
      selector: ".offer",
      many: true,
      fields: { shop: { selector: ".shop" }, link: { selector: "a", attribute: "href", type: "url" } },
    },
  },
});
