import { patternsOf } from "./host_patterns.ts";
import type { BrandProfile } from "./port.ts";

type Politeness = BrandProfile["politeness"];

/** What profiles ask for their hosts, found by a host's name in a few steps however many profiles there are. */
export class HostIndex {
  readonly #byPattern = new Map<string, Politeness>();

  constructor(profiles: Iterable<BrandProfile>) {
    for (const { hosts, politeness } of profiles) {
      if (politeness.concurrency === undefined && politeness.delayMs === undefined) continue;
      for (const host of hosts) this.#byPattern.set(host, gentlest(this.#byPattern.get(host), politeness)!);
    }
  }

  /** The gentlest of each that the profiles with this host ask for; undefined where none asks for anything. */
  politenessOf(host: string): Politeness | undefined {
    if (this.#byPattern.size === 0) return undefined;
    let found: Politeness | undefined;
    for (const pattern of patternsOf(host)) found = gentlest(found, this.#byPattern.get(pattern));
    return found;
  }
}

function gentlest(a: Politeness | undefined, b: Politeness | undefined): Politeness | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    concurrency: least(a.concurrency, b.concurrency),
    delayMs: a.delayMs === undefined ? b.delayMs : Math.max(a.delayMs, b.delayMs ?? 0),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}
