import type { Sourced } from "../../../sandbox/port.ts";
import type { Candidates } from "./candidates.ts";
import { sameAmount } from "./choose_price.ts";
import { isIsoCode, resolveCurrency } from "./currency.ts";
import type { ShownPrice } from "./shown_prices.ts";

/**
 * The currency of the chosen price: as said by the source the price is from, else by the surest other, else as shown
 * beside the same amount. A sign that several currencies share is resolved by another source's code, then by the page's
 * country or language, and stays a sign where these do not tell.
 */
export function chooseCurrency(
  price: Sourced<string>,
  candidates: Candidates,
  shown: ShownPrice[],
  page: { url: string; language?: string },
): Sourced<string> | undefined {
  const declared = candidates.all("currency").toSorted((a, b) => b.confidence - a.confidence);
  const seen = shown.find((one) => one.currency !== undefined && sameAmount(one.amount, price.value));
  const visible: Sourced<string> | undefined = seen &&
    { value: seen.currency!, source: "page", confidence: Math.round(Math.min(60, seen.score)) / 100 };
  const own = price.source === "page" ? visible : declared.find((one) => one.source === price.source);
  const chosen = own ?? declared[0] ?? visible;
  if (!chosen || isIsoCode(chosen.value)) return chosen;
  return [...declared, ...(visible ? [visible] : [])].find((one) => isIsoCode(one.value)) ??
    { ...chosen, value: resolveCurrency(chosen.value, page) };
}
