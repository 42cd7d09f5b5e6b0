import { isIP } from "node:net";
import { TaskError } from "./errors.ts";
import { bareHost, type Exceptions, portOf } from "./host_exceptions.ts";
import { isPublicAddress } from "./public_address.ts";

/** Longest URL that is fetched, in characters after normalisation. */
const MAX_URL_LENGTH = 8192;

/** Suffixes that never lead to the public internet, whatever a resolver says. */
const PRIVATE_SUFFIXES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
  "in-addr.arpa",
  "ip6.arpa",
  "onion",
];

export interface UrlRules {
  /** Ports that may be fetched from. Exceptions may use any port they name. */
  ports: readonly number[];
  exceptions?: Exceptions;
}

/**
 * The first of the three guards: what can be told from the URL alone, so it is also fit to refuse a request before a
 * task is made of it. Returns the normalised URL.
 * @throws {TaskError} blocked_address
 */
export function checkUrl(text: string | URL, rules: UrlRules): URL {
  const url = parse(String(text));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw blocked(`scheme "${url.protocol.slice(0, 20)}" is not http or https`);
  }
  if (url.username !== "" || url.password !== "") throw blocked("the URL carries a user name or password");
  if (url.href.length > MAX_URL_LENGTH) throw blocked(`the URL is longer than ${MAX_URL_LENGTH} characters`);
  if (rules.exceptions?.matches(url)) return url;
  checkHost(bareHost(url));
  const port = portOf(url);
  if (!rules.ports.includes(Number(port))) {
    throw blocked(`port ${port} is not one of ${rules.ports.join(", ")}`);
  }
  return url;
}

function parse(text: string): URL {
  if (text.length > 4 * MAX_URL_LENGTH || !URL.canParse(text)) {
    throw blocked("the text is not an absolute URL");
  }
  return new URL(text);
}

function checkHost(host: string): void {
  if (host === "") throw blocked("the URL names no host");
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw blocked(`${host} is not a public address`);
    return;
  }
  if (!/^[a-z0-9_.-]{1,253}$/.test(host) || host.includes("..") || host.startsWith(".")) {
    throw blocked("the host is not a DNS name");
  }
  const labels = host.split(".");
  if (labels.length < 2) throw blocked(`"${host}" is not a public host name`);
  if (PRIVATE_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) {
    throw blocked(`"${host}" is a private name`);
  }
}

function blocked(reason: string): TaskError {
  return new TaskError("blocked_address", `Cannot fetch this URL as ${reason}`);
}
