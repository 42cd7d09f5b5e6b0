/**
 * `deno task doctor [--json]`: a line for each thing looked at, `ok`, `warn` or `FAIL`, and what helps. It asks a
 * service that runs on HOST:PORT, and looks at the files where none does; it writes to neither. Exit codes: 0 nothing
 * has failed, 1 something has, 2 asked wrongly.
 */
import { join } from "node:path";
import { BrandRegistry } from "../brands/mod.ts";
import { type Config, ConfigError, loadConfig, SETTINGS } from "../config/mod.ts";
import { SCHEMA_VERSION as CRAWLS_VERSION } from "../crawl/adapters/crawl_schema.ts";
import { SCHEMA_VERSION as QUEUE_VERSION } from "../queue/adapters/sqlite/schema.ts";
import { verifyBooks } from "../queue/adapters/sqlite/verify_books.ts";
import { INDEX_SCHEMA_VERSION } from "../search/adapters/index_schema.ts";
import { brandProfiles } from "./checks/brand_profiles.ts";
import { browser } from "./checks/browser.ts";
import { chroma } from "./checks/chroma.ts";
import { crawlFile } from "./checks/crawl_file.ts";
import { denoVersion, findingOf } from "./checks/deno_version.ts";
import { folders } from "./checks/folders.ts";
import { indexBooks } from "./checks/index_books.ts";
import { queueBooks } from "./checks/queue_books.ts";
import { running } from "./checks/running.ts";
import { examine } from "./examine.ts";
import { fail, type Finding, ok } from "./finding.ts";
import { OwnChroma } from "./own_chroma.ts";
import { isHealthy, renderJson, renderLines } from "./report.ts";
import { findService } from "./running_service.ts";

const CHECKS = [
  denoVersion,
  folders,
  running,
  queueBooks,
  crawlFile,
  brandProfiles,
  chroma,
  indexBooks,
  browser,
];

async function diagnose(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig((name) => Deno.env.get(name));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Where the service would not start, the rest would be about another one.
    const help = "deno task start --help lists the settings";
    return [findingOf(Deno.version.deno), ...error.problems.map((line) => fail("settings", line, help))];
  }
  const set = SETTINGS.filter(({ name }) => (Deno.env.get(name) ?? "") !== "").length;
  const service = await findService({
    host: config.HOST,
    port: config.PORT,
    apiKey: config.API_KEYS[0]?.secret,
  });
  await using own = new OwnChroma(config);
  const findings = await examine({
    config,
    service,
    verifyQueue: verifyBooks,
    versions: { queue: QUEUE_VERSION, crawls: CRAWLS_VERSION, index: INDEX_SCHEMA_VERSION },
    brands: async () => {
      const folder = config.BRANDS_DIR ?? join(config.DATA_DIR, "brands");
      await using registry = new BrandRegistry({ folder });
      await registry.start();
      return registry.list();
    },
    chroma: () => own.connection(),
  }, CHECKS);
  return [ok("settings", `${set} of ${SETTINGS.length} set, all right`), ...findings];
}

async function main(args: string[]): Promise<number> {
  const unknown = args.filter((word) => word !== "--json");
  if (unknown.length > 0) {
    console.error(`There is no option ${JSON.stringify(unknown[0])}. usage: deno task doctor [--json]`);
    return 2;
  }
  const findings = await diagnose();
  console.log(args.includes("--json") ? renderJson(findings) : renderLines(findings));
  return isHealthy(findings) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
