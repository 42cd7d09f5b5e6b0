import type { Product, Sourced } from "../../../sandbox/port.ts";
import type { PageTree } from "../build_tree.ts";
import { first, type Metadata, pageTitle } from "../metadata.ts";
import type { PageUrls } from "../page_url.ts";
import { textOf } from "../tree.ts";
import { AddressIds } from "./address_ids.ts";
import { schemaBreadcrumbs, shownBreadcrumbs } from "./breadcrumbs.ts";
import { Candidates } from "./candidates.ts";
import { choosePrice, LEAST_SCORE, sameAmount } from "./choose_price.ts";
import { chooseSku } from "./choose_code.ts";
import { jsonLdNodes } from "./json_ld.ts";
import { markedUpNodes } from "./marked_up.ts";
import { addOpenGraphProduct } from "./opengraph.ts";
import { addPageCodes } from "./page_codes.ts";
import { pageSigns } from "./page_signs.ts";
import { firstHeading, viewPage } from "./page_view.ts";
import { type SchemaNode, typesOf } from "./schema_node.ts";
import { addSchemaProduct, type PageIdentity } from "./schema_product.ts";
import { type ShownPrice, shownPrices } from "./shown_prices.ts";
import { shownSpecifications } from "./specifications.ts";

/** Without any other sign of a product, a price must stand right beside the title, with its currency. */
const LONE_SCORE = 48;

/**
 * The product a page is about, each field from the surest place that names it; null where the page is about none.
 * Data marked up for machines comes before what the page shows; `choosePrice` and `chooseSku` decide where they differ.
 */
export function extractProduct(
  page: PageTree,
  urls: PageUrls,
  metadata: Metadata,
  pageUrl: string,
): Product | null {
  const candidates = new Candidates();
  const identity = pageIdentity(page, metadata, pageUrl);
  const view = viewPage(page.body, identity.titles);
  const jsonLd = jsonLdNodes(page.scripts);
  const microdata = view.microdata ? markedUpNodes(page.body, "microdata") : [];
  const rdfa = view.rdfa ? markedUpNodes(page.body, "rdfa") : [];
  const shared = { urls, page: identity };
  const declared = [
    addSchemaProduct(jsonLd, candidates, { ...shared, source: "json-ld", confidence: 0.95 }),
    addSchemaProduct(microdata, candidates, { ...shared, source: "microdata", confidence: 0.9 }),
    addSchemaProduct(rdfa, candidates, { ...shared, source: "rdfa", confidence: 0.85 }),
    addOpenGraphProduct(metadata, candidates, urls),
  ].some(Boolean);
  const signs = pageSigns(view);
  const shown = shownPrices(view);
  const price = shown[0];
  const article = isArticle(metadata, jsonLd);
  const priced = price !== undefined && !article &&
    ((signs.buyable && price.score >= LEAST_SCORE) ||
      (price.score >= LONE_SCORE && price.currency !== undefined));
  if (!declared && !priced && !(signs.buyable && signs.availability && !article)) return null;
  // Articles name subscriptions and events they report on; what they sell nothing for is not their product.
  if (article && !candidates.has("price")) return null;

  candidates.add("name", view.title && textOf(view.title.element, 500), "page", 0.5);
  candidates.add("name", first(metadata, "og:title"), "opengraph", 0.45);
  candidates.add("availability", signs.availability, "page", 0.5);
  candidates.add("availability", signs.buyable ? "InStock" : undefined, "page", 0.3);
  candidates.add("description", first(metadata, "description"), "meta", 0.3);
  candidates.add("url", urls.resolveWeb(first(metadata, "canonical")), "meta", 0.4);
  const image = urls.resolveWeb(first(metadata, "image"));
  candidates.add("images", image ? [image] : undefined, "meta", 0.3);
  const specifications = shownSpecifications(view);
  candidates.add("specifications", specifications, "page", 0.6);
  addPageCodes(view, specifications, candidates);
  candidates.add("breadcrumbs", schemaBreadcrumbs(jsonLd), "json-ld", 0.9);
  candidates.add("breadcrumbs", schemaBreadcrumbs(microdata), "microdata", 0.85);
  candidates.add("breadcrumbs", shownBreadcrumbs(view.breadcrumbs), "page", 0.5);
  const address = new AddressIds(pageUrl, [first(metadata, "canonical"), first(metadata, "og:url")]);
  const chosenPrice = choosePrice(candidates.all("price"), shown);
  // What has a price and nothing that says otherwise can be bought.
  candidates.add("availability", chosenPrice && "InStock", "page", 0.25);
  return candidates.toProduct({
    price: chosenPrice,
    currency: chosenPrice && currencyOf(chosenPrice, candidates, shown),
    sku: chooseSku(candidates.all("sku"), candidates.all("mpn"), address),
  });
}

/** The currency said by where the price came from, else by the surest other place. */
function currencyOf(
  price: Sourced<string>,
  candidates: Candidates,
  shown: ShownPrice[],
): Sourced<string> | undefined {
  const declared = candidates.all("currency");
  const seen = shown.find((one) => one.currency !== undefined && sameAmount(one.amount, price.value));
  return declared.find((one) => one.source === price.source) ??
    (price.source !== "page" ? candidates.best("currency") : undefined) ??
    (seen && { value: seen.currency!, source: "page", confidence: Math.min(0.6, seen.score / 100) }) ??
    candidates.best("currency");
}

function isArticle(metadata: Metadata, nodes: SchemaNode[]): boolean {
  return /article|blog|news/i.test(first(metadata, "og:type") ?? "") ||
    nodes.some((node) => typesOf(node).some((type) => type === "BlogPosting" || /Article$/.test(type)));
}

function pageIdentity(page: PageTree, metadata: Metadata, url: string): PageIdentity {
  const heading = firstHeading(page.body);
  const titles = [pageTitle(page), first(metadata, "og:title"), heading && textOf(heading, 300)];
  return {
    url,
    canonical: first(metadata, "canonical"),
    titles: titles.filter((title) => title !== undefined).map((title) => title.toLowerCase()),
  };
}
