import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError, loadConfig, renderHelp, renderMarkdownTable, SETTINGS } from "../../src/config/mod.ts";

const from = (env: Record<string, string>) => loadConfig((name) => env[name]);

Deno.test("loadConfig() gives the contract's defaults when nothing is set", () => {
  const config = from({});
  assertEquals(
    [config.HOST, config.PORT, config.WORKERS, config.DATA_DIR, config.PROTECTED_MODE, config.CHROMA_URL],
    ["127.0.0.1", 8080, 4, "data", true, undefined],
  );
  assertEquals(config.CACHE_MAX_BYTES, 1024 ** 3);
  assert(Object.isFrozen(config));
});

Deno.test("loadConfig() takes an empty value as unset", () => {
  assertEquals(from({ PORT: "", CHROMA_URL: "" }).PORT, 8080);
});

Deno.test("loadConfig() reads lists, pairs and switches", () => {
  const config = from({
    API_KEYS: "desk:correct-horse, api:battery-staple",
    ALLOW_PRIVATE_HOSTS: "127.0.0.1:9000,10.0.0.0/8,[::1]:80,printer",
    SCRAPE_PORTS: "80, 8081",
    PROTECTED_MODE: "off",
  });
  assertEquals(config.API_KEYS.map((key) => key.name), ["desk", "api"]);
  assertEquals(config.ALLOW_PRIVATE_HOSTS, ["127.0.0.1:9000", "10.0.0.0/8", "[::1]:80", "printer"]);
  assertEquals(config.SCRAPE_PORTS, [80, 8081]);
  assertEquals(config.PROTECTED_MODE, false);
});

Deno.test("loadConfig() reports every bad value at once and prints no secret", () => {
  const error = assertThrows(
    () =>
      from({
        PORT: "70000",
        WORKERS: "many",
        API_KEYS: "hunter2",
        CHROMA_URL: "ftp://x",
        LOG_LEVEL: "loud",
        WEBHOOK_SECRET: "hunter3",
      }),
    ConfigError,
  );
  assertEquals(error.problems.map((problem) => problem.split(" ")[0]), [
    "PORT",
    "WORKERS",
    "API_KEYS",
    "CHROMA_URL",
    "LOG_LEVEL",
    "WEBHOOK_SECRET",
  ]);
  assertStringIncludes(error.message, 'PORT must be between 0 and 65535: current value is "70000"');
  for (const secret of ["hunter2", "hunter3"]) assert(!error.message.includes(secret));
});

Deno.test("loadConfig() refuses private hosts that the sandbox could not allow", () => {
  for (const value of ["fd00::/8", "[fd00::]/8", "10.0.0.0/40", "a:99999", "999.1.1.1/8", "http://x"]) {
    const error = assertThrows(() => from({ ALLOW_PRIVATE_HOSTS: `printer,${value}` }), ConfigError);
    assertStringIncludes(
      error.message,
      "ALLOW_PRIVATE_HOSTS must be comma-separated host, host:port or IPv4 CIDR",
    );
  }
});

Deno.test("renderHelp() and renderMarkdownTable() name every setting", () => {
  const help = renderHelp("1.2.3");
  const table = renderMarkdownTable();
  for (const { name } of SETTINGS) {
    assertStringIncludes(help, `  ${name} `);
    assertStringIncludes(table, `| \`${name}\` |`);
  }
});
