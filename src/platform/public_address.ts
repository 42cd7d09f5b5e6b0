import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Which IP addresses a stranger's URL may lead to: those the IANA special-purpose registries call globally reachable
 * unicast. The IPv4 list serves twice, as this check and as the sandbox's `--deny-net`, so the two cannot differ.
 */

/** IPv4 ranges that are not public unicast (RFC 6890 and its registry, multicast, class E). */
export const NON_PUBLIC_IPV4: readonly string[] = [
  "0.0.0.0/8", // this network; Linux connects 0.0.0.0 to loopback
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8",
  "169.254.0.0/16", // link-local, cloud metadata
  "172.16.0.0/12",
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24",
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16",
  "198.18.0.0/15", // benchmarking
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4", // class E and the broadcast address
];

/** Inside 2000::/3, the only global unicast block, these are not public. */
const NON_PUBLIC_IPV6: readonly string[] = [
  "2001::/23", // protocol assignments, Teredo, ORCHID
  "2001:db8::/32",
  "2002::/16", // 6to4 carries an IPv4 address of any kind
  "3fff::/20", // documentation
];

const denied4 = listOf(NON_PUBLIC_IPV4, "ipv4");
const denied6 = listOf(NON_PUBLIC_IPV6, "ipv6");
const global6 = listOf(["2000::/3"], "ipv6");

/**
 * True where `address` (an IPv4 or IPv6 literal, no brackets) is publicly routable unicast. Anything else, and
 * anything that is no address, is false: IPv4 inside IPv6 (mapped, compatible, NAT64) lies outside 2000::/3.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !denied4.check(address, "ipv4");
    case 6:
      return !address.includes("%") && global6.check(address, "ipv6") && !denied6.check(address, "ipv6");
    default:
      return false;
  }
}

/**
 * What `--deny-net` must list. IPv6 ranges cannot be written there: the sandbox fetches over IPv4 only, and the two
 * IPv6 addresses that lead home are named.
 */
export const DENY_NET: readonly string[] = [...NON_PUBLIC_IPV4, "0.0.0.0", "[::]", "[::1]"];

/** A matcher for one CIDR range, or undefined where `text` is none. */
export function parseCidr(text: string): ((address: string) => boolean) | undefined {
  const match = /^\[?([0-9a-f:.]+)\]?\/(\d{1,3})$/i.exec(text);
  const network = match?.[1] ?? "";
  const prefix = Number(match?.[2]);
  const family = isIP(network);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return undefined;
  const kind = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, prefix, kind);
  return (address) => isIP(address) === family && list.check(address, kind);
}

function listOf(ranges: readonly string[], kind: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    if (isIPv4(network) !== (kind === "ipv4")) throw new TypeError(`Cannot list ${range} as ${kind}`);
    list.addSubnet(network, Number(prefix), kind);
  }
  return list;
}
