import type { PageKind } from "../../sandbox/port.ts";
import type { PageTree } from "./build_tree.ts";
import { first, type Metadata } from "./metadata.ts";
import { attribute, textOf, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const ARTICLE = /(?:Article|BlogPosting|Report|LiveBlogPosting)$/;
const PRODUCT = /^(?:Product|ProductGroup|IndividualProduct|ProductModel)$/;
const FORUM = /^(?:DiscussionForumPosting|QAPage)$/;
const DOCUMENTATION = /^(?:TechArticle|APIReference)$/;
const LISTING = /^(?:ItemList|CollectionPage|SearchResultsPage|OfferCatalog|Blog)$/;

/** Programs that write manuals, and programs that run forums, by the name they give themselves. */
const MANUAL_GENERATOR =
  /docbook|sphinx|mkdocs|docusaurus|doxygen|javadoc|rustdoc|typedoc|gitbook|vuepress|vitepress|antora|asciidoc|docsify|mdbook|hugo.{0,20}docsy|read the docs|texinfo|makeinfo|pdoc|yard|jsdoc|nextra|starlight|groff|mandoc|docutils/i;
const FORUM_GENERATOR =
  /phpbb|discourse|vbulletin|xenforo|invision|ips community|mybb|simple machines|flarum|nodebb|vanilla|fluxbb|punbb|woltlab|burning board|discuz|bbpress|question2answer|askbot/i;

/** What shop systems, weblogs and manuals write into the class or id of the body. */
const PRODUCT_BODY =
  /(?:^|\s)(?:single-product|catalog-product-view|template-product|page-product|product-page|product-detail|pdp)(?:$|[\s_-])/i;
const ARTICLE_BODY =
  /(?:^|\s)(?:single-post|post-template-default|node-type-(?:article|blog|story)|article-page)(?:$|[\s_-])/i;
const LISTING_BODY =
  /(?:^|\s)(?:archive|category|tag|search-results|catalog-category-view|template-collection|catalogsearch-result-index|tax-[\w-]{1,40}|post-type-archive)(?:$|\s)/i;
const MANUAL_BODY =
  /(?:^|\s)(?:wy-body-for-nav|rst-content|theme-doc|docs-wrapper|docs-page|doc-page|doxygen)(?:$|\s)/i;

const BUY =
  /add-?_?to-?_?(?:cart|basket|bag)|addto(?:cart|basket|bag)|single_add_to_cart|buy-?_?now|btn-?_?cart|product-?form/i;
const POST = /(?:^|[\s_-])(?:post|message|comment|reply|answer)(?:$|[\s_-]|\d)/i;
const AUTHOR = /author|user-?_?name|poster|nickname|member-?_?name|creator/i;

/**
 * What a page is: by the data it gives machines first, then by the program that made it, then by the system's classes,
 * and last by its shape.
 */
export function pageKind(page: PageTree, metadata: Metadata): PageKind {
  const generator = first(metadata, "generator") ?? "";
  const types = declaredTypes(page);
  const declared = kindOfTypes(types);
  if (declared === "forum" || declared === "documentation") return declared;
  if (FORUM_GENERATOR.test(generator)) return "forum";
  if (MANUAL_GENERATOR.test(generator)) return "documentation";
  if (declared !== undefined && declared !== "listing") return declared;
  const og = (first(metadata, "og:type") ?? "").toLowerCase();
  if (/^(?:og:)?product(?:[.:]|$)/.test(og) && !/group/.test(og)) return "product";
  const signs = shapeOf(page.body);
  const inMicrodata = kindOfTypes(signs.types);
  if (inMicrodata === "forum") return "forum";
  if (inMicrodata !== undefined && inMicrodata !== "listing") return inMicrodata;
  const naming = `${attribute(page.body, "class") ?? ""} ${attribute(page.body, "id") ?? ""}`.slice(0, 2000);
  if (MANUAL_BODY.test(naming)) return "documentation";
  if (PRODUCT_BODY.test(naming)) return "product";
  if (og === "article" || ARTICLE_BODY.test(naming)) return "article";
  if (LISTING_BODY.test(naming) || declared === "listing" || inMicrodata === "listing") return "listing";
  // A product among those it is shown with can be bought here; one of a list leads to where it can.
  if (isMany(types, PRODUCT) || isMany(signs.types, PRODUCT)) return signs.buys ? "product" : "listing";
  return kindOfShape(signs);
}

function isMany(types: ReadonlyMap<string, number>, pattern: RegExp): boolean {
  return countOf(types, pattern) >= MANY;
}

function countOf(types: ReadonlyMap<string, number>, pattern: RegExp): number {
  let sum = 0;
  for (const [type, each] of types) if (pattern.test(type)) sum += each;
  return sum;
}

/** How many of each schema.org type the page's JSON-LD names. */
function declaredTypes(page: PageTree): Map<string, number> {
  const types = new Map<string, number>();
  for (const script of page.scripts) {
    if (script.type !== "application/ld+json") continue;
    for (
      const match of script.text.slice(0, MAX_SCRIPT_CHARS).matchAll(
        /"@type"\s{0,20}:\s{0,20}(?:"([^"]{1,80})"|\[([^\]]{1,300})\])/g,
      )
    ) {
      for (const name of (match[1] ?? match[2]!).split(",")) {
        const type = name.replace(/^.*[/#:]|["\s]/g, "");
        types.set(type, (types.get(type) ?? 0) + 1);
      }
    }
  }
  return types;
}

const MAX_SCRIPT_CHARS = 500_000;
/** One page is about one product or article; more of a kind are a list of them. */
const MANY = 4;
/** A short notice among big menus has at least this much of its own. */
const LITTLE_PROSE_CHARS = 200;

function kindOfTypes(types: ReadonlyMap<string, number>): PageKind | undefined {
  const count = (pattern: RegExp) => countOf(types, pattern);
  if (count(FORUM) > 0) return "forum";
  if (count(DOCUMENTATION) > 0) return "documentation";
  const articles = count(ARTICLE), products = count(PRODUCT), lists = count(LISTING);
  if (products > 0 && products < MANY && articles === 0 && (lists === 0 || products === 1)) return "product";
  if (articles > 0 && articles < MANY) return "article";
  if (lists > 0 || articles >= MANY) return "listing";
  return undefined;
}

interface Shape {
  types: Map<string, number>;
  buys: boolean;
  priced: boolean;
  posts: number;
  postChars: number;
  authors: number;
  code: number;
  terms: number;
  /** Characters of text, and of those in links. */
  chars: number;
  linkChars: number;
  /** Characters in paragraphs of some length. */
  proseChars: number;
  longProse: number;
  linkedHeadings: number;
}

function shapeOf(body: TreeElement): Shape {
  const shape: Shape = {
    types: new Map(),
    buys: false,
    priced: false,
    posts: 0,
    postChars: 0,
    authors: 0,
    code: 0,
    terms: 0,
    chars: 0,
    linkChars: 0,
    proseChars: 0,
    longProse: 0,
    linkedHeadings: 0,
  };
  const look = (element: TreeElement, inLink: boolean, inHeading: boolean): number => {
    let chars = 0;
    for (const child of element.children) {
      if (typeof child === "string") {
        chars += child.length;
        if (inLink) shape.linkChars += child.length;
        else if (child.length >= 80 && element.name !== "p" && child.trim().length >= 80) {
          shape.proseChars += child.length;
          shape.longProse++;
        }
        continue;
      }
      const { name } = child;
      if (FURNITURE.has(name) || isHidden(child)) continue;
      const itemtype = attribute(child, "itemtype");
      if (itemtype !== undefined && attribute(child, "itemprop") === undefined) {
        const type = itemtype.slice(itemtype.lastIndexOf("/") + 1).trim();
        shape.types.set(type, (shape.types.get(type) ?? 0) + 1);
      }
      const post = lookAtName(child, shape);
      if (name === "pre") shape.code++;
      if (name === "dt") shape.terms++;
      const heading = inHeading || /^h[1-4]$/.test(name);
      if (name === "a" && heading && !inLink) shape.linkedHeadings++;
      const below = look(child, inLink || name === "a", heading);
      if (post) shape.postChars += below;
      if (name === "p" && below >= 80) {
        shape.proseChars += below;
        shape.longProse++;
      }
      chars += below;
    }
    return chars;
  };
  shape.chars = look(body, false, false);
  return shape;
}

const FURNITURE = new Set(["nav", "footer", "aside", "noscript", "select", "script", "style"]);

/** Whether its name is that of a contribution to a discussion. */
function lookAtName(element: TreeElement, shape: Shape): boolean {
  const { name } = element;
  const classes = attribute(element, "class"), id = attribute(element, "id");
  if (classes === undefined && id === undefined) return false;
  const naming = `${classes ?? ""} ${id ?? ""}`;
  if (naming.length > MAX_NAMING_CHARS) return false;
  if (!shape.buys && BUYING.has(name) && BUY.test(naming)) shape.buys = true;
  if (!shape.priced && /price/i.test(naming) && /\d/.test(textOf(element, 40))) shape.priced = true;
  if (!NO_POST.has(name) && POST.test(naming)) {
    shape.posts++;
    return true;
  }
  if (AUTHOR.test(naming)) shape.authors++;
  return false;
}

const MAX_NAMING_CHARS = 400;
const BUYING = new Set(["button", "input", "a", "form", "span"]);
const NO_POST = new Set(["a", "span", "p", "form", "button", "input"]);

function kindOfShape(shape: Shape): PageKind {
  if (shape.buys && shape.priced && shape.linkedHeadings < MANY * 2) return "product";
  if (shape.posts >= 3 && shape.authors >= 3 && shape.postChars > shape.chars * 0.4) return "forum";
  if (shape.code >= 3 || shape.terms >= 6) return "documentation";
  if (shape.proseChars >= 600 && shape.proseChars > shape.linkChars) return "article";
  const little = shape.proseChars < LITTLE_PROSE_CHARS;
  // Menus have linked headings too: of a listing's entries there are many excerpts, or none.
  if (shape.linkedHeadings >= MANY && (little || shape.longProse >= MANY)) return "listing";
  if (shape.linkChars > shape.chars / 2 && little) return "listing";
  return "other";
}
