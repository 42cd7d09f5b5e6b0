import type { Config } from "../config/mod.ts";
import type { ChromaConnectionOptions } from "../search/adapters/chroma_server.ts";
import { messageOf } from "../platform/errors.ts";

/**
 * What a Chroma of the operator's wants to be shown.
 * @throws {Error} CHROMA_CA_FILE cannot be read
 */
export function chromaAccess(config: Config): ChromaConnectionOptions["access"] {
  return {
    token: config.CHROMA_TOKEN,
    caCert: config.CHROMA_CA_FILE === undefined ? undefined : readCa(config.CHROMA_CA_FILE),
    tenant: config.CHROMA_TENANT,
    database: config.CHROMA_DATABASE,
  };
}

function readCa(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Error(`Cannot read CHROMA_CA_FILE ${path}: ${messageOf(error)}`, { cause: error });
  }
}
