import { collapse } from "../tree.ts";

/** A schema.org item however it was written: JSON-LD, microdata or RDFa. Values are unchecked JSON. */
export type SchemaNode = Record<string, unknown>;

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One value or a list of them, as a list of at most 500. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.slice(0, 500) : [value];
}

export function nodesOf(value: unknown): SchemaNode[] {
  return listOf(value).filter(isNode);
}

/** The plain text of a value: a string, a number, or an item's name or `@value`. */
export function textValue(value: unknown): string | undefined {
  for (const item of listOf(value)) {
    if (typeof item === "string" && item.trim()) return collapse(decodeEntities(item.slice(0, 20_000)));
    if (typeof item === "number" && Number.isFinite(item)) return String(item);
    if (isNode(item)) {
      const text = textValue(item["@value"] ?? item.name);
      if (text) return text;
    }
  }
  return undefined;
}

/** Type names without their vocabulary's URL. */
export function typesOf(node: SchemaNode): string[] {
  return listOf(node["@type"]).filter((type) => typeof type === "string")
    .map((type) => type.slice(-100).replace(/^.*[/#:]/, ""));
}

/** Templates escape text for HTML before they put it into JSON. */
function decodeEntities(text: string): string {
  if (!text.includes("&")) return text.includes("<") ? text.replace(/<[^<>]{1,300}>/g, " ") : text;
  return text.replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp);/gi, (match, name: string) => {
    const key = name.toLowerCase();
    if (key.startsWith("#")) {
      const code = key[1] === "x" ? Number.parseInt(key.slice(2), 16) : Number.parseInt(key.slice(1), 10);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : match;
    }
    return NAMED[key] ?? match;
  }).replace(/<[^<>]{1,300}>/g, " ");
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
