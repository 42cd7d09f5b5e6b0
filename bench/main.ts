/**
 * `deno task bench [http] [queue] [cache] [startup] [scrape] [search] [soak]`: what is named, or everything but the
 * soak, which takes ten minutes. Each measures the service and what a user would pick instead in one run and prints medians and ratios.
 * Programs needed, from Debian: redis-server, postgresql-15, gcc, nodejs, npm, wrk, python3-fastapi, uvicorn,
 * python3-scrapy; from npm: what `bench/peers/package.json` and those of `crawl/` and `search/` beside it name.
 */
const BENCHES: Record<string, () => Promise<void>> = {
  startup: async () => (await import("./startup_bench.ts")).benchStartup(),
  http: async () => (await import("./http_bench.ts")).benchHttp(),
  queue: async () => (await import("./queue_bench.ts")).benchQueue(),
  scrape: async () => (await import("./scrape_bench.ts")).benchScrape(),
  search: async () => (await import("./search_bench.ts")).benchSearch(),
  cache: async () => void await import("./cache_bench.ts"),
  soak: async () => (await import("./soak_bench.ts")).benchSoak(),
};
/** Only where it is named. */
const LONG = "soak";

const names = Deno.args.length > 0 ? Deno.args : Object.keys(BENCHES).filter((name) => name !== LONG);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(BENCHES).join(", ")}`);
  Deno.exit(2);
}
console.log(
  `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}. Other work on this machine shows in the numbers.`,
);
for (const name of names) await BENCHES[name]!();
