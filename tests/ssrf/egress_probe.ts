import { messageOf, TaskError } from "../../src/platform/errors.ts";
import { createSandbox } from "../../src/sandbox/mod.ts";
import { Canary, type Visit } from "./canary.ts";
import { isPublicPlace } from "./public_place.ts";
import { StubDns } from "./stub_dns.ts";
import { loadVectors, type Vector } from "./vectors.ts";

/** Runs inside the namespace: every vector through a real sandbox, one JSON line a vector on stdout. */

const PORTS = [80, 443, 8080, 8443];
/** Written here: a name that turns to loopback once it has been checked. */
const OWN: Vector[] = [{
  id: "own-rebind",
  group: "dns",
  url: "http://rebind.vec.test/",
  expect: "block",
  dns: { "rebind.vec.test": { A: ["93.184.216.34"], AAAA: [], then: ["127.0.0.1"] } },
}, {
  id: "own-mixed",
  group: "dns",
  url: "http://mixed.vec.test/",
  expect: "block",
  dns: { "mixed.vec.test": { A: ["93.184.216.34", "10.0.0.1"], AAAA: [] } },
}, {
  // Only a client that is kept to IPv4 withstands this: `--deny-net` cannot name IPv6 ranges.
  id: "own-rebind6",
  group: "dns",
  url: "http://rebind6b.vec.test/",
  expect: "block",
  dns: { "rebind6b.vec.test": { A: ["93.184.216.34"], AAAA: [], then: [], then6: ["fd00::1"] } },
}];

const dns = new StubDns();
void dns.serve();
const canary = new Canary();
canary.serve();
await using sandbox = createSandbox({
  userAgent: "TestBot/1",
  heapMb: 256,
  rssMb: 768,
  cpuMs: 10_000,
  maxUses: 10_000,
  ports: PORTS,
  allowPrivateHosts: [],
});

const options = { timeoutMs: 5000 };

/** As a scrape does: hop by hop, each through the sandbox. */
async function visit(start: string): Promise<string> {
  let url = start;
  for (let hops = 0; hops <= 5; hops++) {
    const hop = await sandbox.fetch({ url, maxBytes: 100_000 }, options);
    if (hop.body) sandbox.drop(hop.body);
    if (hop.redirectTo === undefined) return "fetched";
    url = hop.redirectTo;
  }
  return "redirect_loop";
}

for (const vector of [...await loadVectors(), ...OWN]) {
  dns.table = { ...dns.table, ...vector.dns };
  let outcome: string;
  try {
    outcome = await visit(vector.url);
  } catch (error) {
    outcome = error instanceof TaskError ? error.code : `error: ${messageOf(error)}`;
  }
  const visits = canary.take();
  const places = (some: Visit[]) => some.map(({ address, port }) => `${address} ${port}`);
  const visited = places(visits);
  const wrong = places(
    visits.filter(({ address, port }) => !isPublicPlace(address, port)),
  );
  console.log(JSON.stringify({ ...vector, outcome, visited, wrong }));
}
await sandbox[Symbol.asyncDispose]();
Deno.exit(0);
