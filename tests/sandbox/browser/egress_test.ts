import { assert, assertEquals } from "@std/assert";
import { isPublicAddress } from "../../../src/platform/public_address.ts";
import { lacksNamespaces } from "../../needs.ts";
import { lacksBrowser } from "./make_browser.ts";

interface Report {
  url: string;
  outcome: string;
  visited: string[];
}

/**
 * All addresses are local in here, so a connection anywhere is seen and none leaves (see tests/ssrf). The pair of
 * interfaces is for WebRTC, which tries nothing on a machine that has but `lo`.
 */
const SET_UP = `set -e
ip link set lo up
ip link add d0 type veth peer name d1
ip addr add 93.184.200.5/24 dev d0
ip link set d0 up
ip link set d1 up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo || true
mount --bind "$2" /etc/resolv.conf
exec "$1" run --no-check --unstable-net -A "$3" "$4"`;

Deno.test({
  name: "a page in the browser reaches no address that is not public, whatever it tries, and those that are",
  ignore: lacksNamespaces() || lacksBrowser(),
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tutti-egress-" });
    await Deno.writeTextFile(`${folder}/resolv.conf`, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    const probe = new URL("./egress_probe.ts", import.meta.url).pathname;
    try {
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          ...["-rnm", "bash", "-c", SET_UP, "set-up", Deno.execPath()],
          ...[`${folder}/resolv.conf`, probe, `${folder}/browser`],
        ],
      }).output();
      const text = new TextDecoder();
      assert(success, `The guard is unproven: ${text.decode(stderr).slice(-2000)}`);
      const reports = text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line) as Report);
      const excepted = reports.pop()!;
      assertEquals([excepted.url, excepted.visited], ["http://10.0.0.1/", ["10.0.0.1 80"]]);
      const [good, ...hostile] = reports as [Report, ...Report[]];
      assertEquals(hostile.length, 4 + 12 + 1);
      const wrong = hostile.filter(({ visited }) =>
        visited.some((place) => !isPublicAddress(place.split(" ")[0]!) || !/ (80|443|8080|8443)$/.test(place))
      );
      assertEquals(wrong, []);
      // It was the page that was tried, not an error on the way to it.
      assertEquals(
        hostile.filter(({ url, outcome }) => url.includes("/hostile") && !outcome.endsWith("page")),
        [],
      );
      for (const place of ["8.8.8.8 80", "8.8.8.8 443", "1.1.1.1 8080", "93.184.216.34 80"]) {
        assert(good.visited.includes(place), `${place} was not reached: ${JSON.stringify(good)}`);
      }
      assertEquals(good.visited.filter((place) => !isPublicAddress(place.split(" ")[0]!)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
