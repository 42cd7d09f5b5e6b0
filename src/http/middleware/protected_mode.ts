import { ServiceError } from "../../platform/errors.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/**
 * Without API keys anyone who can connect can do everything, so only this machine may, and no web page open in a
 * browser on it. A guard that returns why a request is refused, or undefined.
 */
export function protectedMode(
  request: Request,
  remoteAddr: Deno.Addr | undefined,
): ServiceError | undefined {
  if (!isLoopbackPeer(remoteAddr)) {
    return new ServiceError(
      "forbidden",
      "Tutti runs in protected mode: with no API keys set it answers only callers on its own machine. " +
        "Set API_KEYS (name:secret) and send the secret as a bearer token, or, on a network where everyone may " +
        "do everything, set PROTECTED_MODE=off",
    );
  }
  const authority = authorityOf(request.url);
  if (!isLocalName(hostnameOf(authority))) {
    // A page of another site may point a name of its own at 127.0.0.1 (DNS rebinding); its name gives it away.
    return new ServiceError(
      "forbidden",
      "Protected mode takes requests to localhost or to an IP address, not to another host name. " +
        "Set API_KEYS or PROTECTED_MODE=off to serve under a name",
    );
  }
  return crossSite(request, authority);
}

function crossSite(request: Request, authority: string): ServiceError | undefined {
  const { headers } = request;
  const safe = SAFE_METHODS.has(request.method);
  if (headers.get("sec-fetch-site") === "cross-site") {
    // A link someone clicked on is theirs to follow: it shows them a page and gives the other site nothing.
    const link = safe && headers.get("sec-fetch-mode") === "navigate" &&
      headers.get("sec-fetch-dest") === "document";
    if (!link) return refusedPage();
  }
  if (safe) return undefined;
  const origin = headers.get("origin");
  return origin === null || origin === `http://${authority}` || origin === `https://${authority}`
    ? undefined
    : refusedPage();
}

function refusedPage(): ServiceError {
  return new ServiceError(
    "forbidden",
    "Protected mode refuses what a web page of another site asks for. Set API_KEYS to call from other origins",
  );
}

/** Whether the peer is this machine, over IPv4, IPv6 or IPv4 written as IPv6. */
function isLoopbackPeer(address: Deno.Addr | undefined): boolean {
  if (address === undefined) return false;
  if (address.transport !== "tcp") return address.transport === "unix";
  const { hostname } = address;
  return hostname === "::1" || hostname.startsWith("127.") || hostname.startsWith("::ffff:127.") ||
    hostname.startsWith("::ffff:7f");
}

/** `host:port` of an absolute URL, as `Deno.serve` makes it from the Host header. */
function authorityOf(url: string): string {
  const start = url.indexOf("//") + 2;
  const end = url.indexOf("/", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

function hostnameOf(authority: string): string {
  if (authority.startsWith("[")) return authority.slice(0, authority.indexOf("]") + 1);
  const colon = authority.indexOf(":");
  return colon < 0 ? authority : authority.slice(0, colon);
}

function isLocalName(hostname: string): boolean {
  return hostname.startsWith("[") || IPV4.test(hostname) || hostname.toLowerCase() === "localhost";
}
