import { Readability } from "@mozilla/readability";
import type { PageTree } from "./build_tree.ts";
import { createReaderDocument, ReaderElement, ReaderText } from "./reader_dom.ts";
import { createElement, MAX_DEPTH, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** Beyond this Readability's passes over all elements cost more than its judgement is worth. */
const MAX_ELEMENTS = 20_000;
/** What Readability looks at to judge an element, and what the serializers need afterwards. */
const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set([
  "class",
  "id",
  "role",
  "href",
  "alt",
  "itemprop",
  "rel",
  "property",
  "name",
  "content",
  "dir",
  "lang",
  "colspan",
  "rowspan",
  "start",
  "src",
  "srcset",
  "data-src",
  "data-original",
  "data-lazy-src",
  "data-srcset",
  "width",
  "height",
  "aria-modal",
  "summary",
  "datetime",
  "type",
  "title",
]);

type ReadabilityDocument = ConstructorParameters<typeof Readability>[0];

/**
 * The main content as Readability sees it, as a tree of our own; undefined where it finds none.
 *
 * @param url what links are resolved against
 */
export function readableContent(page: PageTree, url: string): TreeElement | undefined {
  if (page.elements > MAX_ELEMENTS) return undefined;
  const body = new ReaderElement("body", keptAttributes(page.body));
  fill(body, page.body);
  // Its types name the browser's globals, which this project does not load.
  const document = createReaderDocument(body, url) as unknown as ReadabilityDocument;
  const article = new Readability<unknown>(document, {
    serializer: (node) => node,
    disableJSONLD: true,
    keepClasses: true,
    charThreshold: 300,
  }).parse();
  if (!article?.content) return undefined;
  const root = createElement("div", {}, undefined);
  adopt(article.content as ReaderElement, root);
  return root;
}

function fill(target: ReaderElement, source: TreeElement): void {
  for (const child of source.children) {
    if (typeof child === "string") target.appendChild(new ReaderText(child));
    else if (!isHidden(child) && /^[a-z][a-z0-9-]{0,30}$/.test(child.name)) {
      const element = new ReaderElement(child.name, keptAttributes(child));
      target.appendChild(element);
      fill(element, child);
    }
  }
}

function keptAttributes(element: TreeElement): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(element.attributes)) {
    if (KEPT_ATTRIBUTES.has(name)) kept[name] = element.attributes[name]!;
  }
  return kept;
}

function adopt(element: ReaderElement, parent: TreeElement): void {
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === 3) parent.children.push(node.textContent);
    else if (parent.depth < MAX_DEPTH * 2) {
      const copy = createElement(node.localName, node.attributeRecord, parent);
      parent.children.push(copy);
      adopt(node, copy);
    }
  }
}
