import type { Product } from "../../../sandbox/port.ts";
import type { PageTree } from "../build_tree.ts";
import { first, type Metadata, pageTitle } from "../metadata.ts";
import type { PageUrls } from "../page_url.ts";
import { find, textOf } from "../tree.ts";
import { schemaBreadcrumbs, shownBreadcrumbs } from "./breadcrumbs.ts";
import { Candidates } from "./candidates.ts";
import { jsonLdNodes } from "./json_ld.ts";
import { markedUpNodes } from "./marked_up.ts";
import { addOpenGraphProduct } from "./opengraph.ts";
import { addLabelled } from "./page_labels.ts";
import { shownPrice } from "./page_price.ts";
import { pageSigns } from "./page_signs.ts";
import { type SchemaNode, typesOf } from "./schema_node.ts";
import { addSchemaProduct, type PageIdentity } from "./schema_product.ts";
import { shownSpecifications } from "./specifications.ts";

/** A shown price that scores less is no price. */
const LEAST_SCORE = 25;
/** Without any other sign of a product, the price must stand right beside the title, with its currency. */
const LONE_SCORE = 48;

/**
 * The product a page is about, each field from the surest place that names it; null where the page is about none.
 * Data marked up for machines comes before what the page shows.
 */
export function extractProduct(
  page: PageTree,
  urls: PageUrls,
  metadata: Metadata,
  pageUrl: string,
): Product | null {
  const candidates = new Candidates();
  const identity = pageIdentity(page, metadata, pageUrl);
  const jsonLd = jsonLdNodes(page.scripts);
  const microdata = markedUpNodes(page.body, "microdata");
  const rdfa = markedUpNodes(page.body, "rdfa");
  const shared = { urls, page: identity };
  const declared = [
    addSchemaProduct(jsonLd, candidates, { ...shared, source: "json-ld", confidence: 0.95 }),
    addSchemaProduct(microdata, candidates, { ...shared, source: "microdata", confidence: 0.9 }),
    addSchemaProduct(rdfa, candidates, { ...shared, source: "rdfa", confidence: 0.85 }),
    addOpenGraphProduct(metadata, candidates, urls),
  ].some(Boolean);
  const signs = pageSigns(page.body, identity.titles);
  const price = shownPrice(page.body, signs.title);
  const article = isArticle(metadata, jsonLd);
  const shown = price !== undefined && !article &&
    ((signs.buyable && price.score >= LEAST_SCORE) ||
      (price.score >= LONE_SCORE && price.currency !== undefined));
  if (!declared && !shown && !(signs.buyable && signs.availability && !article)) return null;
  // Articles name subscriptions and events they report on; what they sell nothing for is not their product.
  if (article && !candidates.has("price")) return null;

  if (price && price.score >= LEAST_SCORE) {
    const confidence = Math.min(0.6, price.score / 100);
    candidates.add("price", price.amount, "page", confidence);
    candidates.add("currency", price.currency, "page", confidence);
  }
  candidates.add("name", signs.title && textOf(signs.title, 500), "page", 0.5);
  candidates.add("name", first(metadata, "og:title"), "opengraph", 0.45);
  candidates.add("availability", signs.availability, "page", 0.5);
  candidates.add("availability", signs.buyable ? "InStock" : undefined, "page", 0.3);
  candidates.add("description", first(metadata, "description"), "meta", 0.3);
  candidates.add("url", urls.resolveWeb(first(metadata, "canonical")), "meta", 0.4);
  const image = urls.resolveWeb(first(metadata, "image"));
  candidates.add("images", image ? [image] : undefined, "meta", 0.3);
  const specifications = shownSpecifications(page.body);
  candidates.add("specifications", specifications, "page", 0.6);
  addLabelled(page.body, specifications, candidates);
  candidates.add("breadcrumbs", schemaBreadcrumbs(jsonLd), "json-ld", 0.9);
  candidates.add("breadcrumbs", schemaBreadcrumbs(microdata), "microdata", 0.85);
  candidates.add("breadcrumbs", shownBreadcrumbs(page.body), "page", 0.5);
  return candidates.toProduct();
}

function isArticle(metadata: Metadata, nodes: SchemaNode[]): boolean {
  return /article|blog|news/i.test(first(metadata, "og:type") ?? "") ||
    nodes.some((node) => typesOf(node).some((type) => type === "BlogPosting" || /Article$/.test(type)));
}

function pageIdentity(page: PageTree, metadata: Metadata, url: string): PageIdentity {
  const heading = find(page.body, (element) => element.name === "h1");
  const titles = [pageTitle(page), first(metadata, "og:title"), heading && textOf(heading, 300)];
  return {
    url,
    canonical: first(metadata, "canonical"),
    titles: titles.filter((title) => title !== undefined).map((title) => title.toLowerCase()),
  };
}
