import { first, type Metadata } from "../metadata.ts";
import type { PageUrls } from "../page_url.ts";
import { availabilityWord } from "./availability.ts";
import type { Candidates } from "./candidates.ts";
import { validGtin } from "./gtin.ts";
import { dataPrice, parseCurrency } from "./price.ts";

const PRICE_LABEL = /^(price|preis|prix|precio|prezzo|preço|cena|prijs|מחיר)$/i;

/** A card's `twitter:label1: Price`, `twitter:data1: $12`; two such pairs are all there are. */
function twitterPrice(get: (name: string) => string | undefined): string | undefined {
  for (const n of [1, 2]) {
    if (PRICE_LABEL.test(get(`twitter:label${n}`) ?? "")) return get(`twitter:data${n}`);
  }
  return undefined;
}

/** Adds what OpenGraph's product tags and their kin say; `true` where they call the page a product. */
export function addOpenGraphProduct(metadata: Metadata, to: Candidates, urls: PageUrls): boolean {
  const get = (...names: string[]) => {
    for (const name of names) {
      const value = first(metadata, name);
      if (value) return value;
    }
    return undefined;
  };
  const isProduct = /\bproduct\b/i.test(get("og:type") ?? "");
  const price = dataPrice(
    get(
      "product:sale_price:amount",
      "product:price:amount",
      "og:price:amount",
      "product:price",
      "og:price",
    ) ??
      twitterPrice(get),
  );
  const currency = get("product:sale_price:currency", "product:price:currency", "og:price:currency");
  if (price && Number(price.amount) > 0) {
    to.add("price", price.amount, "opengraph", 0.8);
    to.add("currency", currency ? parseCurrency(currency) ?? currency : price.currency, "opengraph", 0.8);
  }
  if (!isProduct && !price) return false;
  to.add("name", get("og:title", "twitter:title"), "opengraph", 0.6);
  to.add("brand", get("product:brand", "og:brand"), "opengraph", 0.7);
  to.add("sku", get("product:retailer_item_id", "product:sku"), "opengraph", 0.65);
  to.add("mpn", get("product:mfr_part_no", "product:mpn"), "opengraph", 0.7);
  to.add(
    "gtin",
    validGtin(get("product:ean", "product:gtin", "product:upc", "product:isbn") ?? ""),
    "opengraph",
    0.7,
  );
  to.add(
    "availability",
    availabilityWord(get("product:availability", "og:availability") ?? ""),
    "opengraph",
    0.7,
  );
  to.add("condition", get("product:condition"), "opengraph", 0.6);
  to.add("description", get("og:description", "description"), "opengraph", 0.5);
  const image = urls.resolveWeb(get("og:image:secure_url", "og:image"));
  if (image) to.add("images", [image], "opengraph", 0.5);
  return isProduct || price !== undefined;
}
