import type { Vector } from "./vectors.ts";

const PUBLIC = "93.184.216.34";
const LONG = "a".repeat(63);

/** In the spirit of the fixture's: forms of addresses, names that turn, ports, redirects that change the subject. */
const BLOCKED: Record<string, string> = {
  "mapped": "http://[::ffff:127.0.0.1]/",
  "mapped-hex": "http://[::ffff:7f00:1]/",
  "mapped-long": "http://[0:0:0:0:0:ffff:10.0.0.1]/",
  "compatible": "http://[::127.0.0.1]/",
  "translated": "http://[::ffff:0:127.0.0.1]/",
  "6to4": "http://[2002:7f00:1::1]/",
  "teredo": "http://[2001:0:7f00:1::1]/",
  "nat64": "http://[64:ff9b::7f00:1]/",
  "nat64-local": "http://[64:ff9b:1::a00:1]/",
  "isatap": "http://[fe80::5efe:127.0.0.1]/",
  "zone": "http://[fe80::1%25lo]/",
  "unique-local": "http://[fc00::1]/",
  "site-local": "http://[fec0::1]/",
  "all-nodes": "http://[ff02::1]:80/",
  "documentation6": "http://[3fff::1]/",
  "fullwidth-digits": "http://１２７.０.０.１/",
  "circled-digits": "http://①②⑦.⓪.⓪.①/",
  "ideographic-dots": "http://127。0。0。1/",
  "halfwidth-dots": "http://127｡0｡0｡1/",
  "fullwidth-name": "http://ｌｏｃａｌｈｏｓｔ/",
  "soft-hyphen": "http://local­host/",
  "zero-width": "http://local​host/",
  "kelvin-sign": "http://LOCALHO\u017fT/",
  "trailing-dot-name": "http://localhost./",
  "two-trailing-dots": "http://localhost../",
  "subdomain": "http://anything.localhost/",
  "mixed-case": "http://LoCaLhOsT:80/",
  "octal-parts": "http://0300.0250.0.1/",
  "hex-whole": "http://0x7F000001/",
  "hex-trailing-dot": "http://0x7f000001./",
  "mixed-parts": "http://0xa9.254.0251.254/",
  "two-part-metadata": "http://169.16689662/",
  "percent-dots": "http://127%2e0%2e0%2e1/",
  "percent-digits": "http://%31%32%37.0.0.1/",
  "userinfo": "http://pub.vec.test@127.0.0.1/",
  "userinfo-encoded": "http://pub.vec.test%40x@127.0.0.1/",
  "userinfo-public": "http://user:pw@pub.vec.test/",
  "backslash": "http:\\\\127.0.0.1\\",
  "backslash-authority": "http://127.0.0.1\\@pub.vec.test/",
  "fragment-authority": "http://127.0.0.1#@pub.vec.test/",
  "query-authority": "http://127.0.0.1?@pub.vec.test/",
  "one-slash": "http:/127.0.0.1/",
  "no-slash": "http:127.0.0.1/",
  "many-slashes": "http://///127.0.0.1/",
  "tab-inside": "http://127.0.\t0.1/",
  "newline-inside": "ht\ntp://127.0.0.1/",
  "leading-blanks": " \u0000 http://127.0.0.1/",
  "private-port": "http://10.0.0.1:8080/",
  "port-debugger": "http://pub.vec.test:9222/",
  "port-postgres": "http://pub.vec.test:5432/",
  "port-proxy": "http://pub.vec.test:3128/",
  "https-private": "https://192.168.1.1/",
  "long-host": `http://${[LONG, LONG, LONG, LONG, LONG].join(".")}/`,
  "ftp": "ftp://127.0.0.1/",
  "file": "file:///etc/hostname",
  "blob": "blob:http://127.0.0.1/x",
  "data": "data:text/html,<a href=http://127.0.0.1/>x</a>",
  "filesystem": "filesystem:http://127.0.0.1/temporary/x",
  "gopher-mixed": "GoPhEr://127.0.0.1:6379/_PING",
  "link-local-name": "http://printer.local/",
  "single-label": "http://router/",
  "arpa": "http://1.0.0.127.in-addr.arpa/",
};

const NAMES: Record<string, NonNullable<Vector["dns"]>[string]> = {
  "rebind.own.test": { A: [PUBLIC], AAAA: [], then: ["127.0.0.1"] },
  "rebind-metadata.own.test": { A: [PUBLIC], AAAA: [], then: ["169.254.169.254"] },
  "rebind6.own.test": { A: [PUBLIC], AAAA: [], then: [], then6: ["fd00::1"] },
  "mapped.own.test": { A: [], AAAA: ["::ffff:7f00:1"] },
  "mixed.own.test": { A: [PUBLIC, "10.0.0.1"], AAAA: [] },
  "mixed-last.own.test": { A: [PUBLIC, "11.0.0.1", "128.0.0.1", "192.168.0.1"], AAAA: [] },
  "mixed6.own.test": { A: [PUBLIC], AAAA: ["::1"] },
  "only6.own.test": { A: [], AAAA: ["fe80::1"] },
  "broadcast.own.test": { A: ["255.255.255.255"], AAAA: [] },
  "multicast.own.test": { A: ["224.0.0.1"], AAAA: [] },
};

const REDIRECTS: Record<string, string> = {
  "userinfo": "http://pub.vec.test@127.0.0.1/",
  "scheme-relative": "//169.254.169.254/latest/",
  "three-slashes": "///127.0.0.1/x",
  "backslashes": "\\\\127.0.0.1\\x",
  "slash-backslash": "/\\127.0.0.1/x",
  "mapped": "http://[::ffff:127.0.0.1]/",
  "port": "http://pub.vec.test:5432/",
  "blanks": "  http://127.0.0.1/  ",
  "chain": "http://pub.vec.test/r?code=307&to=http%3A%2F%2F10.0.0.1%3A8080%2F",
  "rebind": "http://rebind-late.own.test/",
};

const block = (id: string, group: string, url: string): Vector => ({ id, group, url, expect: "block" });

/** What is no URL at all, or becomes one only to a lenient parser, is refused as text: all these are `block`. */
export const OWN_VECTORS: readonly Vector[] = [
  ...Object.entries(BLOCKED).map(([id, url]) => block(`own-${id}`, "own", url)),
  ...Object.entries(NAMES).map(([name, answer]): Vector => ({
    ...block(`own-${name}`, "own-dns", `http://${name}/`),
    dns: { [name]: answer },
  })),
  ...Object.entries(REDIRECTS).map(([id, to]): Vector => ({
    ...block(
      `own-redirect-${id}`,
      "own-redirect",
      `http://pub.vec.test/r?code=302&to=${encodeURIComponent(to)}`,
    ),
    ...(id === "rebind" ? { dns: { "rebind-late.own.test": { A: ["127.0.0.1"], AAAA: [] } } } : {}),
  })),
];
