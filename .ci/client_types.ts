/**
 * `deno task client-types`: writes `src/client/api_types.ts`, the types of the client, out of the OpenAPI document.
 * `openapi-typescript` makes them and is wanted at this moment only; a test compares the digests in the first lines.
 */
import { client } from "../tests/http/client.ts";

const GENERATOR = "npm:openapi-typescript@7.13.0";
const TARGET = new URL("../src/client/api_types.ts", import.meta.url);

interface ApiText {
  paths: Record<string, Record<string, { responses: Record<string, { headers?: unknown }> }>>;
  components: { schemas: Record<string, unknown> };
}

/** What of the document the types are made of: an error has one type, whatever the route, and headers have none. */
export function typedPart({ paths, components }: ApiText): object {
  const typed = structuredClone(paths);
  for (const operation of Object.values(typed).flatMap((item) => Object.values(item))) {
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (status.startsWith("2")) delete answer.headers;
      else delete operation.responses[status];
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "", version: "" },
    paths: typed,
    components: { schemas: components.schemas },
  };
}

/** The document as it is now. */
export async function currentPart(): Promise<object> {
  return typedPart((await client().call<ApiText>("/openapi.json")).body);
}

/** The first lines: of which document these are the types, and how they read as they were made. */
export async function headOf(part: object, types: string): Promise<string> {
  const [document, text] = [await digest(JSON.stringify(part)), await digest(types)];
  return `// Made by \`deno task client-types\`; not to be edited.\n// document: ${document}\n// types: ${text}\n`;
}

async function digest(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

async function deno(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
}

async function write(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [input, output] = [`${folder}/openapi.json`, `${folder}/types.ts`];
  try {
    const part = await currentPart();
    await Deno.writeTextFile(input, JSON.stringify(part));
    const options = [
      "--root-types",
      "--root-types-no-schema-prefix",
      "--default-non-nullable=false",
      "--empty-objects-unknown",
    ];
    await deno("run", "-A", "--no-lock", GENERATOR, input, "-o", output, ...options);
    await deno("fmt", "--config", new URL("../deno.json", import.meta.url).pathname, output);
    const types = await Deno.readTextFile(output);
    await Deno.writeTextFile(TARGET, await headOf(part, types) + types);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await write();
