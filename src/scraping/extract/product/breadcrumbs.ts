import { attribute, findAll, textOf, type TreeElement } from "../tree.ts";
import { nodesOf, type SchemaNode, textValue, typesOf } from "./schema_node.ts";

const MAX_CRUMBS = 15;

/** Names of a BreadcrumbList, in its order. */
export function schemaBreadcrumbs(nodes: SchemaNode[]): string[] {
  for (const node of nodes) {
    const list = typesOf(node).includes("BreadcrumbList") ? node : nodesOf(node.breadcrumb)[0];
    if (!list) continue;
    const items = nodesOf(list.itemListElement).map((item, index) => ({
      position: Number(textValue(item.position)) || index + 1,
      name: textValue(item.name) ?? textValue(item.item),
    }));
    const names = items.sort((a, b) => a.position - b.position).map((item) => item.name?.slice(0, 200) ?? "");
    const crumbs = names.filter((name) => name !== "" && !/^https?:/.test(name)).slice(0, MAX_CRUMBS);
    if (crumbs.length > 0) return crumbs;
  }
  return [];
}

/** The texts of the links of the first element whose class or label calls it breadcrumbs. */
export function shownBreadcrumbs(body: TreeElement): string[] {
  const trail = findAll(body, (element) => {
    const name = `${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""} ${
      attribute(element, "aria-label") ?? ""
    }`;
    return name.length < 500 && /bread-?crumb/i.test(name);
  }, 1)[0];
  if (!trail) return [];
  const links = findAll(trail, (element) => element.name === "a", MAX_CRUMBS);
  return links.map((link) => textOf(link, 200)).filter(Boolean);
}
