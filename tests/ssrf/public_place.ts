/**
 * Whether a connection to this address and port is one to the public internet: the test's own word, of the registries
 * (RFC 6890 and what came after it), as the guard cannot be its own judge. The fetcher has no business with IPv6.
 */
export function isPublicPlace(address: string, port: number): boolean {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || ![80, 443, 8080, 8443].includes(port)) return false;
  const [a, b, c] = parts as [number, number, number, number];
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 100 && b >= 64 && b <= 127) return false;
  if (a === 169 && b === 254) return false;
  if (a === 172 && b >= 16 && b <= 31) return false;
  if (a === 192) return !(b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99));
  if (a === 198) return !(b === 18 || b === 19 || (b === 51 && c === 100));
  return !(a === 203 && b === 0 && c === 113);
}
