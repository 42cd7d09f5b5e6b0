import type { Sourced } from "../../../sandbox/port.ts";
import type { ShownPrice } from "./shown_prices.ts";

/** A shown price that scores less is no price. */
export const LEAST_SCORE = 25;
/** A shown price this likely is believed before data that the page does not show. */
const STRONG_SCORE = 40;
/** A declared price is shown as the price where it scores at most this much less than the likeliest amount. */
const SHOWN_MARGIN = 20;

/**
 * The price, where sources disagree: of the declared ones the one that the page most plainly shows as its price (so
 * today's before a stale one); where it shows none of them anywhere, or only struck out beside a lower one, what it
 * shows in so many words beside its title; else one that two sources declare; else the surest.
 */
export function choosePrice(
  declared: Sourced<string>[],
  shown: ShownPrice[],
): Sourced<string> | undefined {
  const best = shown[0];
  const sorted = declared.toSorted((a, b) => b.confidence - a.confidence);
  if (sorted.length === 0) {
    return best && best.score >= LEAST_SCORE
      ? { value: best.amount, source: "page", confidence: pageConfidence(best) }
      : undefined;
  }
  if (!best || best.score < LEAST_SCORE) return sorted[0];
  const scoreOf = (one: Sourced<string>) =>
    shown.find((price) => sameAmount(price.amount, one.value))?.score ?? -Infinity;
  const confirmed = sorted.toSorted((a, b) => scoreOf(b) - scoreOf(a) || 0)[0]!;
  if (scoreOf(confirmed) >= best.score - SHOWN_MARGIN) return confirmed;
  const place = shown.find((price) => sameAmount(price.amount, confirmed.value));
  const outdated = place === undefined ||
    (place.struck === true && Number(place.amount) > Number(best.amount));
  if (outdated && best.score >= STRONG_SCORE && best.currency !== undefined) {
    return { value: best.amount, source: "page", confidence: pageConfidence(best) };
  }
  const agreed = sorted.find((one, i) =>
    sorted.some((other, j) => j > i && other.source !== one.source && sameAmount(other.value, one.value))
  );
  return agreed ?? sorted[0];
}

function pageConfidence(price: ShownPrice): number {
  return Math.round(Math.min(0.6, price.score / 100) * 100) / 100;
}

export function sameAmount(a: string, b: string): boolean {
  return a === b || Number(a) === Number(b);
}
