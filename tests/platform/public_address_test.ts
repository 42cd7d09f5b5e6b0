import { assertEquals, assertThrows } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { parseExceptions } from "../../src/platform/host_exceptions.ts";
import { isPublicAddress } from "../../src/platform/public_address.ts";
import { checkUrl } from "../../src/platform/url_rules.ts";

Deno.test("isPublicAddress() is true just outside each special range and false at both its ends", () => {
  const ranges: [string, string, string?, string?][] = [
    ["0.0.0.0", "0.255.255.255", undefined, "1.0.0.0"],
    ["10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"],
    ["100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"],
    ["127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"],
    ["169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"],
    ["172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"],
    ["192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"],
    ["192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"],
    ["192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"],
    ["192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"],
    ["198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"],
    ["198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"],
    ["203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"],
    ["224.0.0.0", "255.255.255.255", "223.255.255.255"],
    ["2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff::1", "2001:200::"],
    ["2001:db8::", "2001:db8:ffff::1", "2001:db7:ffff::1", "2001:db9::"],
    ["2002::", "2002:ffff::1", "2001:ffff::1", "2003::"],
    ["4000::", "ffff::1", "3ffe:ffff::1"],
    ["::", "::1"],
    ["::ffff:93.184.216.34", "64:ff9b::5db8:d822"],
  ];
  for (const [first, last, before, after] of ranges) {
    assertEquals([first, isPublicAddress(first)], [first, false]);
    assertEquals([last, isPublicAddress(last)], [last, false]);
    for (const outside of [before, after]) {
      if (outside !== undefined) assertEquals([outside, isPublicAddress(outside)], [outside, true]);
    }
  }
  for (const none of ["", "1.2.3", "0x7f.1", "2606:2800::1%eth0", "[2606:2800::1]", "example.org"]) {
    assertEquals([none, isPublicAddress(none)], [none, false]);
  }
});

Deno.test("checkUrl() lets an exception use the port it names, or any port where it names none", () => {
  const exceptions = parseExceptions([
    "Intranet.corp",
    "127.0.0.1:9000",
    "10.1.0.0/16",
    "[::1]:81",
    "localhost:7000",
  ]);
  const rules = { ports: [80, 443], exceptions };
  const passes = (url: string) => {
    try {
      checkUrl(url, rules);
      return true;
    } catch (error) {
      return !(error instanceof TaskError && error.code === "blocked_address");
    }
  };
  const allowed = [
    "http://intranet.corp/",
    "https://INTRANET.corp.:8443/a",
    "http://127.0.0.1:9000/",
    "http://2130706433:9000/",
    "http://10.1.255.1:1234/",
    "http://[0:0:0:0:0:0:0:1]:81/",
    "http://LOCALHOST:7000/",
  ];
  const refused = [
    "http://x.intranet.corp/",
    "http://127.0.0.1/",
    "http://127.0.0.1:9001/",
    "http://127.0.0.2:9000/",
    "http://10.2.0.1/",
    "http://[::1]/",
    "http://localhost/",
    "http://user@intranet.corp/",
    "ftp://intranet.corp/",
    "http://10.1.nip.example:81/",
    `http://example.org/${"a".repeat(9000)}`,
  ];
  assertEquals(allowed.filter((url) => !passes(url)), []);
  assertEquals(refused.filter(passes), []);
});

Deno.test("parseExceptions() names every entry it cannot read", () => {
  assertThrows(
    () => parseExceptions(["ok.example", "10.0.0.0/40", "a b", "h:99999", "[fd00::]/8"]),
    TypeError,
    '"10.0.0.0/40", "a b", "h:99999", "[fd00::]/8"',
  );
});
