import { assert, assertEquals } from "@std/assert";
import { lacksNamespaces } from "../needs.ts";
import type { Vector } from "./vectors.ts";

type Report = Vector & { outcome: string; visited: string[]; wrong: string[] };

/** All addresses are local in here, so a connection anywhere is seen and none leaves. */
const SET_UP = `set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo || true
mount --bind "$2" /etc/resolv.conf
exec "$1" run --no-check --unstable-net -A "$3"`;

Deno.test({
  name: "sandbox.fetch() never connects to an address that is not public, and reaches all that are",
  ignore: lacksNamespaces(),
  fn: async () => {
    const resolver = await Deno.makeTempFile({ prefix: "tutti-resolv-" });
    await Deno.writeTextFile(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    const probe = new URL("./egress_probe.ts", import.meta.url).pathname;
    try {
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-rnm", "bash", "-c", SET_UP, "set-up", Deno.execPath(), resolver, probe],
      }).output();
      const text = new TextDecoder();
      assert(
        success,
        "This test needs unshare (user, network and mount namespaces) and iproute2; without them the guard is " +
          `unproven: ${text.decode(stderr).slice(-2000)}`,
      );
      const reports = text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line) as Report);
      assertEquals(reports.length, 149);
      assertEquals(reports.filter(({ wrong }) => wrong.length > 0), []);
      assertEquals(
        reports.filter((report) => !isRight(report)).map(({ id, outcome }) => `${id} ${outcome}`),
        [],
      );
    } finally {
      await Deno.remove(resolver);
    }
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
