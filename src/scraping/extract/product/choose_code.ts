import type { Sourced } from "../../../sandbox/port.ts";
import type { AddressIds } from "./address_ids.ts";

/** A code found by a guess alone counts only where something else speaks for it. */
const LEAST_SURE = 0.38;
const IN_ADDRESS = 0.5;
/** A bare attribute that the address agrees with is less than a number printed beside its label. */
const GUESS_IN_ADDRESS = 0.22;
const GUESS = 0.35;
const MOST_OF_A_GUESS = 0.48;
/** Feeds write the number that every shop has for the shop's own. */
const A_GTIN = 0.3;
const AGREED = 0.12;

/**
 * The shop's number of the product, where sources disagree: one that the page's address names before one that it does
 * not, then the surest; the same number found in two ways is surer. Where nothing names one, the number in the address.
 *
 * @param gtins what the page has for its GTIN
 * @param mpns what the page declares as the maker's number; some shops write their own there
 */
export function chooseSku(
  skus: Sourced<string>[],
  mpns: Sourced<string>[],
  gtins: Sourced<string>[],
  address: AddressIds,
): Sourced<string> | undefined {
  const scored = new Map<string, { best: Sourced<string>; score: number; sources: Set<number> }>();
  const put = (one: Sourced<string>, base: number) => {
    const key = one.value.toLowerCase();
    const known = scored.get(key);
    if (!known) scored.set(key, { best: one, score: base, sources: new Set([base]) });
    else {
      known.sources.add(base);
      if (base > known.score) Object.assign(known, { best: one, score: base });
    }
  };
  const isGtin = (code: string) => gtins.some((gtin) => gtin.value === code);
  for (const one of skus) put(one, one.confidence - (isGtin(one.value) ? A_GTIN : 0));
  for (const one of mpns) if (address.isWhole(one.value)) put(one, one.confidence - 0.4);
  let best: { one: Sourced<string>; score: number } | undefined;
  for (const { best: one, score: base, sources } of scored.values()) {
    const inAddress = !address.has(one.value) ? 0 : base < GUESS ? GUESS_IN_ADDRESS : IN_ADDRESS;
    const sum = base + (sources.size > 1 && !isGtin(one.value) ? AGREED : 0) + inAddress;
    const score = base < GUESS ? Math.min(MOST_OF_A_GUESS, sum) : sum;
    if (score >= LEAST_SURE && (!best || score > best.score)) best = { one, score };
  }
  const lone = address.lone();
  if (lone !== undefined && (!best || best.score < 0.42)) {
    return { value: lone, source: "page", confidence: 0.4 };
  }
  return best && { ...best.one, confidence: Math.round(Math.min(0.99, best.score) * 100) / 100 };
}
