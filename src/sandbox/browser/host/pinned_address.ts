import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { TaskError } from "../../../platform/errors.ts";
import { bareHost } from "../../../platform/host_exceptions.ts";
import { isPublicAddress } from "../../../platform/public_address.ts";
import { checkUrl, type UrlRules } from "../../../platform/url_rules.ts";

/** An address that was checked, to be connected to as it stands: a name resolved twice may have two answers. */
export interface PinnedAddress {
  hostname: string;
  port: number;
}

/**
 * The checked address of a URL: its rules, then every answer of DNS, all of which must be public. IPv4, as everywhere
 * in the sandbox. A host the operator has excepted may be anywhere.
 * @throws {TaskError} blocked_address, dns, connect
 */
export async function pinnedAddress(text: string, rules: UrlRules): Promise<PinnedAddress> {
  const url = checkUrl(text, rules);
  const host = bareHost(url);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (rules.exceptions?.matches(url)) return { hostname: addresses.find(isV4) ?? addresses[0]!, port };
  const bad = addresses.find((address) => !isPublicAddress(address));
  if (bad !== undefined) {
    throw new TaskError(
      "blocked_address",
      `Cannot fetch this URL as "${host}" leads to ${bad}, which is not public`,
    );
  }
  const hostname = addresses.find(isV4);
  if (hostname !== undefined) return { hostname, port };
  throw new TaskError("connect", `"${host}" has IPv6 addresses only, and pages are fetched over IPv4`, {
    retryable: false,
  });
}

function isV4(address: string): boolean {
  return isIP(address) === 4;
}

async function resolve(host: string): Promise<string[]> {
  try {
    const answers = await lookup(host, { all: true });
    if (answers.length === 0) throw new Error("no address");
    return answers.map(({ address }) => address);
  } catch (error) {
    throw new TaskError("dns", `Cannot resolve "${host}"`, { cause: error });
  }
}
