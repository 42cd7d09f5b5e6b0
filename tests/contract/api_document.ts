import { Ajv2020 } from "npm:ajv@8.17.1/dist/2020.js";

/** A schema of the document, as far as these tests look into it. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string | string[];
  pattern?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  required?: string[];
  example?: unknown;
  description?: string;
}

export interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; schema: Schema; description?: string }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  operationId?: string;
  responses: Record<string, {
    description: string;
    content?: Record<string, { schema: Schema }>;
    headers?: Record<string, HeaderRef>;
  }>;
}

interface HeaderRef {
  $ref?: string;
  schema?: Schema;
}

interface Text {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; headers?: Record<string, HeaderRef> };
}

/** Times of the contract: RFC 3339 in UTC, with `Z` and nothing else. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Headers that the documented answers have always; the others where there is something to tell. */
const ALWAYS_SENT = ["X-Request-Id", "Location", "WWW-Authenticate"];

/** The service's own `/openapi.json`, as a judge of the answers it gives. */
export class ApiDocument {
  readonly text: Text;
  readonly #ajv: Ajv2020;
  readonly #checks = new Map<Schema, ReturnType<Ajv2020["compile"]>>();
  readonly #patterns: readonly [pattern: string, form: RegExp][];

  constructor(text: Text) {
    this.text = text;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    this.#ajv.addFormat("date-time", DATE_TIME);
    this.#ajv.addFormat("uri-reference", (value: string) => URL.canParse(value, "http://localhost"));
    this.#ajv.addFormat("uri", (value: string) => URL.canParse(value));
    this.#ajv.addSchema(text, "api");
    this.#patterns = Object.keys(text.paths).map((pattern) => [
      pattern,
      new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/\{.+?\}/g, "[^/]+")}$`),
    ]);
  }

  /** Every route of the document, as `["get", "/health", operation]`. */
  operations(): [method: string, path: string, operation: Operation][] {
    return Object.entries(this.text.paths).flatMap(([path, item]) =>
      Object.entries(item).map((
        [method, operation],
      ): [string, string, Operation] => [method, path, operation])
    );
  }

  /** The pattern of the document that serves `path`; a fixed one wins over a parameter. Undefined: there is none. */
  patternOf(path: string): string | undefined {
    if (this.text.paths[path] !== undefined) return path;
    return this.#patterns.find(([, form]) => form.test(path))?.[0];
  }

  has(method: string, pattern: string): boolean {
    return this.text.paths[pattern]?.[method.toLowerCase()] !== undefined;
  }

  /** Everything in which an answer departs from the document; empty where it keeps to it. Without a body: its head. */
  faults(method: string, pattern: string, response: Response, body?: string): string[] {
    const operation = this.text.paths[pattern]?.[method.toLowerCase()];
    if (operation === undefined) return [`${method} ${pattern} is not in the document`];
    const documented = operation.responses[String(response.status)];
    if (documented === undefined) {
      return [`status ${response.status} is not documented; ${Object.keys(operation.responses)} are`];
    }
    const faults = this.#headerFaults(documented.headers ?? {}, response.headers);
    const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim();
    if (type === "" && Object.keys(documented.content ?? {}).length === 0) return faults;
    const content = documented.content?.[type];
    if (content === undefined) {
      faults.push(`content type "${type}" is not documented; ${Object.keys(documented.content ?? {})} are`);
      return faults;
    }
    if (!type.endsWith("json") || body === undefined) return faults;
    const texts = type.endsWith("ndjson") ? body.split("\n").filter((line) => line !== "") : [body];
    return texts.map((text): unknown => JSON.parse(text)).flatMap((value) => [
      ...this.#mismatches(content.schema, value),
      ...this.undocumented(content.schema, value),
    ]).concat(faults);
  }

  /** Headers that are missing, that are not of their schema, or that the document knows and not at this answer. */
  #headerFaults(documented: Record<string, HeaderRef>, sent: Headers): string[] {
    const faults = ALWAYS_SENT.filter((name) => name in documented && !sent.has(name)).map((name) =>
      `header ${name} is missing`
    );
    for (const [name, { schema }] of Object.entries(this.text.components.headers ?? {})) {
      const value = sent.get(name);
      if (value === null || schema === undefined) continue;
      if (documented[name] === undefined) faults.push(`header ${name} is not documented`);
      const typed = schema.type === "integer" ? Number(value) : value;
      faults.push(...this.#mismatches(schema, typed).map((fault) => `header ${name}: ${fault}`));
    }
    return faults;
  }

  /** Whether the schema takes `value`: each place where it does not. */
  #mismatches(schema: Schema, value: unknown): string[] {
    let check = this.#checks.get(schema);
    if (check === undefined) this.#checks.set(schema, check = this.#ajv.compile(rooted(schema)));
    if (check(value)) return [];
    return (check.errors ?? []).map((error: { instancePath: string; message?: string }) =>
      `${error.instancePath || "/"} ${error.message}`
    );
  }

  /** Fields of `value` that the schema does not name: a client reads about them nowhere. */
  undocumented(schema: Schema, value: unknown, at = ""): string[] {
    if (value === null || typeof value !== "object") return [];
    const parts = this.#parts(schema);
    if (Array.isArray(value)) {
      const items = parts.find((part) => part.items !== undefined)?.items;
      return items === undefined ? [] : value.flatMap((v, i) => this.undocumented(items, v, `${at}/${i}`));
    }
    const named = Object.assign({}, ...parts.map(({ properties }) => properties ?? {})) as Record<
      string,
      Schema
    >;
    const others = parts.find((part) => typeof part.additionalProperties === "object")?.additionalProperties;
    const isOpen = parts.every((part) => part.properties === undefined && part.type === undefined);
    if (isOpen) return [];
    return Object.entries(value).flatMap(([name, inner]) => {
      const known = named[name] ?? (others as Schema | undefined);
      return known === undefined
        ? [`${at}/${name} is not documented`]
        : this.undocumented(known, inner, `${at}/${name}`);
    });
  }

  /** The schema with what it refers to, flat. */
  #parts(schema: Schema): Schema[] {
    if (schema.$ref !== undefined) {
      return this.#parts(this.text.components.schemas[schema.$ref.split("/").at(-1)!]!);
    }
    return [schema, ...(schema.allOf ?? []).flatMap((part) => this.#parts(part))];
  }
}

/** A schema of the document with its references told from the document's root, so that it compiles by itself. */
function rooted(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'));
}
