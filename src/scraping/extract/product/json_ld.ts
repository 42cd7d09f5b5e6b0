import type { ScriptText } from "../build_tree.ts";
import { parseLenientJson } from "./lenient_json.ts";
import { isNode, type SchemaNode } from "./schema_node.ts";

const MAX_NODES = 5000;
const MAX_DEPTH = 8;

/** Items at the top of a page's JSON-LD: of lists, `@graph`s and `mainEntity`s too; `{"@id"}` references are followed. */
export function jsonLdNodes(scripts: ScriptText[]): SchemaNode[] {
  const top: SchemaNode[] = [];
  const byId = new Map<string, SchemaNode>();
  for (const script of scripts) {
    if (!script.type.startsWith("application/ld+json")) continue;
    gather(parseLenientJson(script.text), top, byId, 0);
  }
  return top.map((node) => resolve(node, byId));
}

function gather(value: unknown, top: SchemaNode[], byId: Map<string, SchemaNode>, depth: number): void {
  if (depth > MAX_DEPTH || top.length >= MAX_NODES) return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_NODES)) gather(item, top, byId, depth + 1);
  } else if (isNode(value)) {
    const id = value["@id"];
    if (typeof id === "string" && Object.keys(value).length > 1 && !byId.has(id)) byId.set(id, value);
    if (value["@type"] !== undefined) top.push(value);
    gather(value["@graph"], top, byId, depth + 1);
    gather(value.mainEntity, top, byId, depth + 1);
    gather(value.mainEntityOfPage, top, byId, depth + 1);
  }
}

/** Replaces references one level down: an offer or brand that stands elsewhere in the graph. */
function resolve(node: SchemaNode, byId: Map<string, SchemaNode>): SchemaNode {
  if (byId.size === 0) return node;
  const one = (value: unknown): unknown => {
    if (!isNode(value) || typeof value["@id"] !== "string" || Object.keys(value).length > 2) return value;
    return byId.get(value["@id"]) ?? value;
  };
  const result: SchemaNode = {};
  for (const [key, value] of Object.entries(node)) {
    result[key] = Array.isArray(value) ? value.slice(0, 500).map(one) : one(value);
  }
  return result;
}
