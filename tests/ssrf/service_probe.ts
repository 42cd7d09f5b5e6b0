/**
 * Runs inside the namespace: the whole service as a process of its own, and every vector through every way in, one JSON
 * line a way on stdout. The names of ways as arguments run these alone.
 */
import { CHROMIUM, lacksBrowser } from "../sandbox/browser/make_browser.ts";
import { startService } from "../e2e/service_process.ts";
import { Canary, type Visit } from "./canary.ts";
import { refusedConnections } from "./connections.ts";
import { OWN_VECTORS } from "./own_vectors.ts";
import { isPublicPlace } from "./public_place.ts";
import type { ServiceReport } from "./service_test.ts";
import { StubDns } from "./stub_dns.ts";
import { loadVectors, type Vector } from "./vectors.ts";
import { BRANDS } from "./ways/brands.ts";
import { CRAWLING } from "./ways/crawling.ts";
import type { Ground, Way } from "./ways/ground.ts";
import { MAPPING } from "./ways/mapping.ts";
import { RENDERING } from "./ways/rendering.ts";
import { SCRAPING } from "./ways/scraping.ts";
import { TELLING } from "./ways/telling.ts";

/** Nobody may follow it: it is an address like any other to the canary. */
const PROXY = "http://10.99.99.99:3128/";
const TASKS = `import { defineTask } from ${
  JSON.stringify(new URL("../../src/mod.ts", import.meta.url).href)
};
import { z } from "npm:zod@4.6.7";
export const fetches = defineTask({
  name: "fetches", isolation: "process", input: z.object({ url: z.string() }), output: z.any(), maxAttempts: 1,
  run: async ({ url }, ctx) => ({ status: (await ctx.fetch(url)).status }),
});
`;

const hasBrowser = !lacksBrowser();
const dns = new StubDns();
void dns.serve();
const canary = new Canary();
canary.serve();
const folder = await Deno.makeTempDir({ prefix: "tutti-ssrf-" });
await Deno.mkdir(`${folder}/tasks`);
await Deno.mkdir(`${folder}/brands`);
await Deno.writeTextFile(`${folder}/tasks/fetches.ts`, TASKS);
const service = await startService({
  folder,
  env: {
    TASKS_DIR: `${folder}/tasks`,
    BRANDS_DIR: `${folder}/brands`,
    WORKERS: "2",
    HOST_CONCURRENCY: "64",
    TASK_MAX_ATTEMPTS: "1",
    ...(hasBrowser ? { CHROMIUM_PATH: CHROMIUM, RENDER_MAX_REQUESTS: "10000" } : {}),
    ...Object.fromEntries(
      ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((
        name,
      ) => [[name, PROXY], [name.toLowerCase(), PROXY]]),
    ),
  },
});
const ground: Ground = { service, canary, brandsDir: `${folder}/brands` };
const vectors: Vector[] = [...await loadVectors(), ...OWN_VECTORS];
for (const vector of vectors) Object.assign(dns.table, vector.dns);

const isWrong = ({ address, port }: Visit) => !isPublicPlace(address, port);

/** Good URLs nobody asked for, by what the canary was asked: host and target say which they were. */
function missed(visits: readonly Visit[]): string[] {
  const asked = new Set(visits.map(({ host, target }) => `${host}${target}`));
  return vectors.filter(({ expect, policy }) => expect === "allow" && policy !== "ipv6").filter(({ url }) => {
    const { host, pathname, search } = new URL(url);
    return !asked.has(`${host}${pathname}${search}`);
  }).map(({ id }) => id);
}

async function report(way: Way): Promise<ServiceReport> {
  dns.reset();
  const begun = performance.now();
  const refusedBefore = await refusedConnections();
  const ends = await way.run(ground, vectors);
  const visits = canary.take();
  const wrong = visits.filter(isWrong);
  return {
    way: way.name,
    seconds: (performance.now() - begun) / 1000,
    visits: visits.length,
    ends: vectors.flatMap(({ id, expect, policy }) => {
      const end = ends.get(id);
      return end === undefined ? [] : [{ id, expect, policy, end }];
    }),
    wrong: wrong.map(({ address, port, host, target }) => `${address} ${port} ${host} ${target}`),
    refused: way.tellsRefused === false ? 0 : await refusedConnections() - refusedBefore,
    missed: way.reaches ? missed(visits) : [],
  };
}

try {
  const ways = [
    ...SCRAPING,
    ...CRAWLING,
    ...MAPPING,
    ...BRANDS,
    ...TELLING,
    ...(hasBrowser ? RENDERING : []),
  ];
  const wanted = Deno.args.length > 0 ? ways.filter(({ name }) => Deno.args.includes(name)) : ways;
  for (const way of wanted) console.log(JSON.stringify(await report(way)));
} finally {
  await service.end();
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
