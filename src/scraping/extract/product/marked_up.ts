import { imageSource } from "../image_source.ts";
import { attribute, textOf, type TreeElement } from "../tree.ts";
import { isNode, listOf, type SchemaNode } from "./schema_node.ts";

const MAX_ITEMS = 300;
const MAX_VALUES = 100;

/** Attribute names of the two ways to mark up an item in HTML. */
const SYNTAXES = {
  microdata: { property: "itemprop", type: "itemtype", scope: "itemscope" },
  rdfa: { property: "property", type: "typeof", scope: "typeof" },
} as const;

/** Top items of a page's microdata or RDFa Lite as schema nodes, nested ones inside them. */
export function markedUpNodes(body: TreeElement, syntax: keyof typeof SYNTAXES): SchemaNode[] {
  const names = SYNTAXES[syntax];
  const top: SchemaNode[] = [];
  let items = 0;
  const visit = (element: TreeElement, owner: SchemaNode | undefined): void => {
    for (const child of element.children) {
      if (typeof child === "string") continue;
      const property = attribute(child, names.property);
      let inner = owner;
      if (attribute(child, names.scope) !== undefined && items < MAX_ITEMS) {
        items++;
        inner = { "@type": (attribute(child, names.type) ?? "").trim().split(/\s+/) };
        if (property && owner) put(owner, property, inner);
        else top.push(inner);
        // An item that is a property of the one around it may still carry a value of its own.
        if (child.name === "a" || child.name === "link") {
          const href = attribute(child, "href");
          if (href) inner.url ??= href;
        }
      } else if (property && owner) put(owner, property, propertyValue(child));
      visit(child, inner);
    }
  };
  visit(body, undefined);
  return top;
}

function put(owner: SchemaNode, property: string, value: unknown): void {
  if (value === undefined || value === "") return;
  for (const name of property.trim().split(/\s+/).slice(0, 5)) {
    const key = name.replace(/^.*[/#:]/, "");
    if (!key || key.startsWith("@") || key === "__proto__") continue;
    const known = Object.hasOwn(owner, key) ? listOf(owner[key]) : [];
    if (known.length >= MAX_VALUES) continue;
    // An item says more than a text that names it.
    owner[key] = isNode(value) ? [value, ...known] : [...known, value];
  }
}

function propertyValue(element: TreeElement): string | undefined {
  const content = attribute(element, "content");
  if (content !== undefined && content.trim() !== "") return content.trim();
  switch (element.name) {
    case "a":
    case "link":
    case "area": {
      const href = attribute(element, "href");
      const text = textOf(element, 2000);
      // A link that names a thing (a brand, a crumb) is read by its text; one without text by its target.
      return text || href;
    }
    case "img":
      return imageSource(element);
    case "time":
      return attribute(element, "datetime") ?? textOf(element, 200);
    case "data":
    case "meter":
    case "input":
      return attribute(element, "value") ?? textOf(element, 500);
    default:
      return textOf(element, 6000);
  }
}
