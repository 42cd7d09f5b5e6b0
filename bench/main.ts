/**
 * `deno task bench [http] [queue] [cache] [startup]`: everything, or what is named. Each measures the service and what a
 * user would pick instead in one run and prints medians and ratios. Programs needed, from Debian: redis-server, wrk,
 * python3-fastapi, uvicorn; from npm: what `bench/peers/package.json` names.
 */
const BENCHES: Record<string, () => Promise<void>> = {
  startup: async () => (await import("./startup_bench.ts")).benchStartup(),
  http: async () => (await import("./http_bench.ts")).benchHttp(),
  queue: async () => (await import("./service_queue_bench.ts")).benchServiceQueue(),
  cache: async () => void await import("./cache_bench.ts"),
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(BENCHES);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(BENCHES).join(", ")}`);
  Deno.exit(2);
}
console.log(
  `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}. Other work on this machine shows in the numbers.`,
);
for (const name of names) await BENCHES[name]!();
