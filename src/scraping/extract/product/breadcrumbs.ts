import { collapse, findAll, textOf, type TreeElement } from "../tree.ts";
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

/** The texts of the links of a trail; of a list, its last item too, which is where one stands. */
export function shownBreadcrumbs(trail: TreeElement | undefined): string[] {
  if (!trail) return [];
  const items = findAll(trail, (element) => element.name === "li", MAX_CRUMBS);
  const parts = items.length > 1 ? items : findAll(trail, (element) => element.name === "a", MAX_CRUMBS);
  const crumbs: string[] = [];
  for (const part of parts) {
    const text = collapse(textOf(part, 200).replace(/^[\s/>›»→|·]+|[\s/>›»→|·]+$/g, ""));
    if (text && text !== crumbs[crumbs.length - 1]) crumbs.push(text);
  }
  return crumbs;
}
