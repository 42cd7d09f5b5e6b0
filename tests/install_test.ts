import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../src/config/mod.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));
const DEFAULTS = loadConfig(() => undefined);
/** Longest `wait_s` of a long poll, in seconds. */
const LONG_POLL_S = 60;
const MIB = 1024 * 1024;

/** The number behind a word of a configuration file. */
function numberOf(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  assert(found !== undefined, `${pattern} is not there`);
  return Number(found);
}

Deno.test("docs/install/tutti.service is the unit that setup.sh writes", async () => {
  const unit = /cat >"\$unit" <<EOF\n([\s\S]*?\n)EOF\n/.exec(await read("setup.sh"))?.[1];
  assert(unit !== undefined, "setup.sh writes no unit");
  const here: Record<string, string> = {
    $root: "/opt/tutti",
    $user: "tutti",
    $env_file: "/etc/tutti.env",
    $binary: "/usr/local/bin/deno",
  };
  const written = unit.replaceAll(/\$\w+/g, (name) => here[name] ?? name);
  assertEquals(await read("docs/install/tutti.service"), written);
});

Deno.test("a stop of the unit and of the container outlasts the service's own grace", async () => {
  const graceS = DEFAULTS.SHUTDOWN_GRACE_MS / 1000 + 20;
  assert(numberOf(await read("docs/install/tutti.service"), /^TimeoutStopSec=(\d+)$/m) > graceS);
  assert(numberOf(await read("compose.yaml"), /stop_grace_period: (\d+)s/) > graceS);
});

Deno.test("the proxies wait as long as a long poll, take what the service takes and gather no events", async () => {
  const nginx = await read("docs/install/nginx.conf");
  assert(numberOf(nginx, /proxy_read_timeout (\d+)s/) > LONG_POLL_S);
  const [bodyMb, uploadMb] = [...nginx.matchAll(/client_max_body_size (\d+)m;/g)].map(([, n]) => Number(n));
  assertEquals([bodyMb! * MIB, uploadMb! * MIB], [DEFAULTS.BODY_MAX_BYTES, DEFAULTS.UPLOAD_MAX_BYTES]);
  assertStringIncludes(nginx, "proxy_buffering off;");
  assertStringIncludes(nginx, "proxy_set_header Host $http_host;");
  assertStringIncludes(nginx, "proxy_set_header X-Forwarded-Proto $scheme;");

  const caddy = await read("docs/install/Caddyfile");
  assert(numberOf(caddy, /response_header_timeout (\d+)s/) > LONG_POLL_S);
  assertEquals(numberOf(caddy, /max_size (\d+)MiB/) * MIB, DEFAULTS.UPLOAD_MAX_BYTES);
  assertStringIncludes(caddy, "flush_interval -1");
  assertEquals(/^\s*write\s/m.test(caddy), false, "a bound on writing ends event streams");
});
