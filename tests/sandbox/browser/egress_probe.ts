import { messageOf, TaskError } from "../../../src/platform/errors.ts";
import { createBrowser } from "../../../src/sandbox/browser/mod.ts";
import { StubDns } from "../../ssrf/stub_dns.ts";
import { EgressSite } from "./egress_site.ts";
import { hostilePage, NAMES, PRIVATE_HOSTS } from "./hostile_page.ts";
import { CHROMIUM } from "./make_browser.ts";

/** Runs inside the namespace: a browser on pages that try to lead it home; one JSON line a page on stdout. */

/** Loaded by a good page, in as many ways: what the guard lets through must work. */
const PUBLIC_HOSTS = ["8.8.8.8", "1.1.1.1:8080", "public.test"];
const BATCHES = [0, 1, 2, 3].map((at) => PRIVATE_HOSTS.filter((_, index) => index % 4 === at));
const HOME = "http://93.184.216.34";

const dns = new StubDns();
dns.table = NAMES;
void dns.serve();
const site = new EgressSite({
  "/good": hostilePage(PUBLIC_HOSTS),
  ...Object.fromEntries(BATCHES.map((hosts, at) => [`/hostile${at}`, hostilePage(hosts)])),
});
site.serve();
const options = {
  chromiumPath: CHROMIUM,
  folder: Deno.args[0]!,
  userAgent: "TestBot/1",
  ports: [80, 443, 8080, 8443],
  allowPrivateHosts: [],
  concurrency: 1,
  maxRequests: 1000,
  maxBytes: 50_000_000,
  heapMb: 256,
  rssMb: 768,
};
const browser = createBrowser(options);
// The operator has excepted one host: pages of that one may be seen, and no page of a stranger gets there.
const excepting = createBrowser({
  ...options,
  folder: `${options.folder}-excepting`,
  allowPrivateHosts: ["10.0.0.1"],
});

async function visit(url: string, by = browser): Promise<void> {
  let outcome: string;
  try {
    const page = await by.render({ url, maxBytes: 1_000_000, screenshot: true }, { timeoutMs: 40_000 });
    outcome = `${page.finalUrl} ${page.html.includes("hostile") ? "page" : page.html.slice(0, 200)}`;
  } catch (error) {
    outcome = error instanceof TaskError ? error.code : `error: ${messageOf(error)}`;
  }
  console.log(JSON.stringify({ url, outcome, visited: [...site.visited] }));
  site.visited.clear();
}

await visit(`${HOME}/good`);
for (const at of BATCHES.keys()) await visit(`${HOME}/hostile${at}`);
for (const host of ["127.0.0.1", "[::1]", "inside.test"]) {
  for (const way of ["r", "refresh", "go"]) await visit(`${HOME}/${way}?to=http://${host}/`);
  await visit(`http://${host}/`);
}
await visit(`${HOME}/hostile${BATCHES.findIndex((hosts) => hosts.includes("10.0.0.1"))}`, excepting);
await visit("http://10.0.0.1/", excepting);
await browser[Symbol.asyncDispose]();
await excepting[Symbol.asyncDispose]();
Deno.exit(0);
