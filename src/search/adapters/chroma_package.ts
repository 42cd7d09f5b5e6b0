import { fileURLToPath } from "node:url";
import manifest from "../../../deno.json" with { type: "json" };

/** The project's root: its deno.json and deno.lock pin the very bytes of Chroma that are run. */
export const CONFIG_FILE = fileURLToPath(new URL("../../../deno.json", import.meta.url));

/** The server in the chromadb package. The version stands in one place, the import map. */
export const CHROMA_SERVER_SPECIFIER = `${manifest.imports.chromadb}/chroma`;
