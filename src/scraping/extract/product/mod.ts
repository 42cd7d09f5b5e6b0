import type { Product } from "../../../sandbox/port.ts";
import type { PageTree } from "../build_tree.ts";
import { pageLanguage } from "../language.ts";
import { first, type Metadata, pageTitle } from "../metadata.ts";
import type { PageUrls } from "../page_url.ts";
import { textOf } from "../tree.ts";
import { AddressIds } from "./address_ids.ts";
import { schemaBreadcrumbs, shownBreadcrumbs } from "./breadcrumbs.ts";
import { Candidates } from "./candidates.ts";
import { chooseSku } from "./choose_code.ts";
import { chooseCurrency } from "./choose_currency.ts";
import { choosePrice, LEAST_SCORE } from "./choose_price.ts";
import { embeddedState } from "./embedded_state.ts";
import { jsonLdNodes } from "./json_ld.ts";
import { markedUpNodes } from "./marked_up.ts";
import { declaresPrice, mayBeProduct } from "./may_be_product.ts";
import { addOpenGraphProduct } from "./opengraph.ts";
import { addPageCodes } from "./page_codes.ts";
import { type PageSigns, pageSigns } from "./page_signs.ts";
import { firstHeading } from "./page_title.ts";
import { type PageView, viewPage } from "./page_view.ts";
import { type SchemaNode, typesOf } from "./schema_node.ts";
import { addSchemaProduct, type PageIdentity } from "./schema_product.ts";
import { shownImages } from "./shown_images.ts";
import { type ShownPrice, shownPrices } from "./shown_prices.ts";
import { shownSpecifications } from "./specifications.ts";
import { addStateProduct } from "./state_product.ts";

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
  const jsonLd = jsonLdNodes(page.scripts);
  const article = isArticle(metadata, jsonLd);
  if (article ? !declaresPrice(page, metadata) : !mayBeProduct(page, metadata)) return null;
  const candidates = new Candidates();
  const identity = pageIdentity(page, metadata, pageUrl);
  const view = viewPage(page.body, identity.titles);
  const microdata = view.microdata ? markedUpNodes(page.body, "microdata") : [];
  const rdfa = view.rdfa ? markedUpNodes(page.body, "rdfa") : [];
  const shared = { urls, page: identity };
  const declared = [
    addSchemaProduct(jsonLd, candidates, { ...shared, source: "json-ld", confidence: 0.95 }),
    addSchemaProduct(microdata, candidates, { ...shared, source: "microdata", confidence: 0.9 }),
    addSchemaProduct(rdfa, candidates, { ...shared, source: "rdfa", confidence: 0.85 }),
    addOpenGraphProduct(metadata, candidates, urls),
  ].some(Boolean);
  // Articles name subscriptions and events they report on; what they sell nothing for is not their product.
  if (article && !candidates.has("price")) return null;
  const signs = pageSigns(view);
  const shown = shownPrices(view);
  const priced = shown[0] !== undefined && shown[0].score >= LEAST_SCORE;
  if (!declared && !priced && !signs.buyable) return null;

  const address = new AddressIds(pageUrl, [first(metadata, "canonical"), first(metadata, "og:url")]);
  // Read where something is still missing: it is the most to read and the least plain.
  const stated = !(candidates.has("price") && candidates.has("sku") && candidates.has("brand")) &&
    addStateProduct(embeddedState(page.scripts), { titles: identity.titles, address }, shown, candidates);
  const specifications = shownSpecifications(view);
  addPageCodes(view, specifications, candidates);
  const isProduct = declared || (signs.buyable && (stated || priced || signs.availability !== undefined)) ||
    (priced && (isNumbered(candidates, address) || isBesideTitle(shown[0]!)));
  if (!isProduct) return null;

  candidates.add("specifications", specifications, "page", 0.6);
  addShown(candidates, { view, signs, metadata, urls });
  candidates.add("breadcrumbs", schemaBreadcrumbs(jsonLd), "json-ld", 0.9);
  candidates.add("breadcrumbs", schemaBreadcrumbs(microdata), "microdata", 0.85);
  const price = choosePrice(candidates.all("price"), shown);
  // What has a price and nothing that says otherwise can be bought.
  candidates.add("availability", price && "InStock", "page", 0.25);
  return candidates.toProduct({
    price,
    currency: price &&
      chooseCurrency(price, candidates, shown, { url: pageUrl, language: identity.language }),
    sku: chooseSku(candidates.all("sku"), candidates.all("mpn"), candidates.all("gtin"), address),
  });
}

/** Whether the page prints a number as the product's by which it is also addressed. */
function isNumbered(candidates: Candidates, address: AddressIds): boolean {
  return candidates.all("sku").some((one) =>
    one.source === "page" && one.confidence >= 0.4 && address.has(one.value)
  );
}

function isBesideTitle(price: ShownPrice): boolean {
  return price.score >= LONE_SCORE && price.currency !== undefined;
}

/** What the page shows to its readers, and its head says of any page. */
function addShown(
  to: Candidates,
  { view, signs, metadata, urls }: {
    view: PageView;
    signs: PageSigns;
    metadata: Metadata;
    urls: PageUrls;
  },
): void {
  to.add("name", view.title && textOf(view.title.element, 500), "page", 0.5);
  to.add("name", first(metadata, "og:title"), "opengraph", 0.45);
  to.add("availability", signs.availability, "page", 0.5);
  to.add("availability", signs.buyable ? "InStock" : undefined, "page", 0.3);
  to.add("description", first(metadata, "description"), "meta", 0.3);
  to.add("url", urls.resolveWeb(first(metadata, "canonical")), "meta", 0.4);
  const image = urls.resolveWeb(first(metadata, "image"));
  to.add("images", image ? [image] : undefined, "meta", 0.3);
  to.add("images", shownImages(view, urls), "page", 0.25);
  to.add("breadcrumbs", shownBreadcrumbs(view.breadcrumbs), "page", 0.5);
}

function isArticle(metadata: Metadata, nodes: SchemaNode[]): boolean {
  return /article|blog|news/i.test(first(metadata, "og:type") ?? "") ||
    nodes.some((node) => typesOf(node).some((type) => type === "BlogPosting" || /Article$/.test(type)));
}

function pageIdentity(page: PageTree, metadata: Metadata, url: string): PageIdentity {
  const heading = firstHeading(page.body);
  const language = pageLanguage(page, metadata);
  const titles = [pageTitle(page), first(metadata, "og:title"), heading && textOf(heading, 300)];
  return {
    url,
    canonical: first(metadata, "canonical"),
    ...(language ? { language } : {}),
    titles: titles.filter((title) => title !== undefined).map((title) => title.toLowerCase()),
  };
}
