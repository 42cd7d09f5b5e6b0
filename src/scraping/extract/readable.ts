import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import type { PageTree } from "./build_tree.ts";
import { escapeAttribute, escapeHtml } from "./to_html.ts";
import { attribute, createElement, MAX_DEPTH, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** Beyond this Readability's passes over all elements cost more than its judgement is worth. */
const MAX_ELEMENTS = 20_000;
const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
/** What Readability looks at to judge an element, and what the serializers need afterwards. */
const KEPT_ATTRIBUTES = [
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
];

type ReadabilityDocument = ConstructorParameters<typeof Readability>[0];

/** The part of a linkedom node that is read back here. */
interface DomNode {
  nodeType: number;
  localName: string;
  nodeValue: string | null;
  attributes: ArrayLike<{ name: string; value: string }>;
  childNodes: ArrayLike<DomNode>;
}

/** The main content as Readability sees it, as a tree of our own; undefined where it finds none. */
export function readableContent(page: PageTree): TreeElement | undefined {
  if (page.elements > MAX_ELEMENTS) return undefined;
  const html = `<!doctype html><html><head></head><body${attributes(page.body)}>${
    write(page.body)
  }</body></html>`;
  // Its types name the browser's globals, which this project does not load.
  const { document } = parseHTML(html) as unknown as { document: ReadabilityDocument };
  const article = new Readability<unknown>(document, {
    serializer: (node) => node,
    disableJSONLD: true,
    keepClasses: true,
    charThreshold: 300,
  }).parse();
  if (!article?.content) return undefined;
  const root = createElement("div", {}, undefined);
  adopt(article.content as DomNode, root);
  return root;
}

function write(root: TreeElement): string {
  const parts: string[] = [];
  const visit = (element: TreeElement): void => {
    for (const child of element.children) {
      if (typeof child === "string") parts.push(escapeHtml(child));
      else if (!isHidden(child) && /^[a-z][a-z0-9-]{0,30}$/.test(child.name)) {
        parts.push(`<${child.name}${attributes(child)}>`);
        if (VOID.has(child.name)) continue;
        visit(child);
        parts.push(`</${child.name}>`);
      }
    }
  };
  visit(root);
  return parts.join("");
}

function attributes(element: TreeElement): string {
  let text = "";
  for (const name of KEPT_ATTRIBUTES) {
    const value = attribute(element, name);
    if (value !== undefined) text += ` ${name}="${escapeAttribute(value)}"`;
  }
  return text;
}

function adopt(node: DomNode, parent: TreeElement): void {
  for (let i = 0; i < node.childNodes.length; i++) {
    const child = node.childNodes[i]!;
    if (child.nodeType === 3) parent.children.push(child.nodeValue ?? "");
    if (child.nodeType !== 1 || parent.depth >= MAX_DEPTH * 2) continue;
    const found: Record<string, string> = {};
    for (let j = 0; j < child.attributes.length; j++) {
      found[child.attributes[j]!.name] = child.attributes[j]!.value;
    }
    const element = createElement(child.localName, found, parent);
    parent.children.push(element);
    adopt(child, element);
  }
}
