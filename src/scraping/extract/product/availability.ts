import type { ProductFields } from "../../../sandbox/port.ts";

export type Availability = ProductFields["availability"];

const SCHEMA_WORDS: Record<string, Availability> = {
  instock: "InStock",
  instoreonly: "InStock",
  onlineonly: "InStock",
  available: "InStock",
  availablefororder: "InStock",
  madetoorder: "InStock",
  oos: "OutOfStock",
  outofstock: "OutOfStock",
  soldout: "OutOfStock",
  unavailable: "OutOfStock",
  notavailable: "OutOfStock",
  preorder: "PreOrder",
  presale: "PreOrder",
  backorder: "BackOrder",
  discontinued: "Discontinued",
  limitedavailability: "LimitedAvailability",
};

/** schema.org's words, with or without their URL, and OpenGraph's (`in stock`, `oos`). */
export function availabilityWord(value: string): Availability | undefined {
  const word = value.slice(0, 200).trim().toLowerCase().replace(/[/#]+$/, "").replace(/^.*[/#]/, "").replace(
    /[\s_-]+/g,
    "",
  );
  return Object.hasOwn(SCHEMA_WORDS, word) ? SCHEMA_WORDS[word] : undefined;
}

const SHOWN: [RegExp, Availability][] = [
  [
    /out of stock|sold out|currently unavailable|no longer available|not available|temporarily unavailable/i,
    "OutOfStock",
  ],
  [/ausverkauft|nicht (verfügbar|lieferbar|vorrätig)|derzeit nicht/i, "OutOfStock"],
  [
    /épuisé|rupture de stock|indisponible|agotado|sin stock|no disponible|esgotado|indispon[ií]vel/i,
    "OutOfStock",
  ],
  [
    /non disponibile|esaurito|uitverkocht|niet (op voorraad|beschikbaar)|wyprzedane|niedostępny|нет в наличии/i,
    "OutOfStock",
  ],
  [/אזל (מ(ן )?ה)?מלאי|חסר במלאי|לא במלאי|לא זמין/, "OutOfStock"],
  [/pre-?order|vorbestell|précommande|הזמנה מוקדמת/i, "PreOrder"],
  [/back-?order/i, "BackOrder"],
  // Few are left, and they can be bought.
  [/only \d{1,3} left|בודדים במלאי|nur noch \d{1,3}/i, "InStock"],
  [
    /in stock|auf lager|lieferbar|en stock|disponib[il]|in magazzino|op voorraad|dostępny|skladem|в наличии|במלאי|זמין/i,
    "InStock",
  ],
];

/** What a short text on the page says of stock, in the languages shops most use. */
export function availabilityShown(text: string): Availability | undefined {
  const start = text.slice(0, 300);
  return SHOWN.find(([pattern]) => pattern.test(start))?.[1];
}
