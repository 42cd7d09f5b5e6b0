import { attribute, collapse, textOf } from "../tree.ts";
import { classTraits } from "./class_traits.ts";
import type { ContentElement } from "./content_element.ts";

const NEVER = new Set("object embed footer link aside iframe input textarea select button".split(" "));
/** What holds so much of the words that are no links is the content itself, whatever it looks like. */
const MOST = 0.5;
const MAX_SHARE_CHARS = 500;
const AD_WORDS = /^(ad(vertising|vertisement)?|pub(licité)?|werb(ung)?|广告|Реклама|Anuncio|פרסומת)$/iu;
const LOADING_WORDS = /^((loading|正在加载|Загрузка|chargement|cargando|טוען)(…|\.\.\.)?)$/iu;

/**
 * Takes out of content what is in it but not of it: forms, asides, share bars, and lists, tables and blocks that look
 * more like furniture than like text (Readability's conditions).
 *
 * @param weigh whether the words of classes count
 */
export function cleanContent(
  content: ContentElement,
  options: { weigh: boolean; conditions: boolean },
): void {
  const dataTables = content.tables > 0 ? findDataTables(content) : NO_TABLES;
  const most = (content.text - content.links) * MOST;
  const doubtful = (names: readonly string[]) => {
    if (!options.conditions) return;
    const found = gather(content, names);
    for (const name of names) {
      // The last first: what is inside goes before what it stands in is judged.
      for (const element of found.get(name)!.reverse()) {
        if (!element.parent || element.text - element.links > most) continue;
        if (isFishy(element, dataTables, options.weigh)) element.remove();
      }
    }
  };
  doubtful(["form", "fieldset"]);
  removeSurely(content, options.weigh);
  doubtful(["table", "ul", "div"]);
  for (const paragraph of gather(content, ["p"]).get("p")!) {
    if (paragraph.text === 0 && paragraph.images === 0) paragraph.remove();
  }
}

function removeSurely(content: ContentElement, weigh: boolean): void {
  const visit = (element: ContentElement, level: number): void => {
    for (const child of element.elements()) {
      const shares = level > 0 && child.text < MAX_SHARE_CHARS && classTraits(child.naming).share;
      const badHeading = weigh && (child.name === "h1" || child.name === "h2") && child.classWeight < 0;
      const never = NEVER.has(child.name);
      if (never || shares || badHeading) child.remove();
      else visit(child, level + 1);
    }
  };
  visit(content, 0);
}

function gather(content: ContentElement, names: readonly string[]): Map<string, ContentElement[]> {
  const found = new Map<string, ContentElement[]>(names.map((name) => [name, []]));
  const visit = (element: ContentElement): void => {
    for (const child of element.children) {
      if (typeof child === "string" || child.parent !== element) continue;
      found.get(child.name)?.push(child);
      visit(child);
    }
  };
  visit(content);
  return found;
}

function isFishy(node: ContentElement, dataTables: ReadonlySet<ContentElement>, weigh: boolean): boolean {
  const isList = node.name === "ul" || node.lists / node.text > 0.9;
  if (dataTables.size > 0) {
    if (dataTables.has(node) || within(node, (above) => dataTables.has(above), Infinity)) return false;
    if (node.tables > 0 && holdsAny(node, dataTables)) return false;
  }
  if (within(node, (above) => above.name === "code", 4)) return false;
  const weight = weigh ? node.classWeight : 0;
  if (weight < 0) return true;
  if (node.commas >= 10) return false;
  if (node.text < 30) {
    const text = textOf(node, 40);
    if (AD_WORDS.test(text) || LOADING_WORDS.test(text)) return true;
  }
  if (isQuote(node) || isLoneParagraph(node)) return false;
  if (!looksFishy(node, isList, weight)) return false;
  if (!isList) return true;
  // A list of pictures may stay.
  const simple = node.elements().every((child) => child.elements().length <= 1);
  return !(simple && node.images === node.items);
}

function isQuote(node: ContentElement): boolean {
  return node.elements().some((child) => child.name === "blockquote" && child.text > 40);
}

/** A block round one paragraph of prose that happens to have links. */
function isLoneParagraph(node: ContentElement): boolean {
  return node.paragraphs === 1 && node.items === 0 && node.images === 0 && node.inputs === 0 &&
    node.text - node.links > 50 && node.linkDensity < 0.6;
}

function looksFishy(node: ContentElement, isList: boolean, weight: number): boolean {
  const { images, paragraphs, linkDensity } = node;
  const inFigure = within(node, (above) => above.name === "figure", 4);
  if (!inFigure && images > 1 && paragraphs / images < 0.5) return true;
  if (!isList && node.items - 100 > paragraphs) return true;
  if (node.inputs > Math.floor(paragraphs / 3)) return true;
  const headingDensity = node.text === 0 ? 0 : node.headings / node.text;
  if (
    !isList && !inFigure && headingDensity < 0.9 && node.text < 25 && (images === 0 || images > 2) &&
    linkDensity > 0
  ) return true;
  if (!isList && weight < 25 && linkDensity > 0.2) return true;
  if (weight >= 25 && linkDensity > 0.5) return true;
  return images === 0 && (node.textish === 0 || node.text === 0);
}

function within(node: ContentElement, test: (above: ContentElement) => boolean, levels: number): boolean {
  let above = node.parent;
  for (let i = 0; above && i < levels; i++, above = above.parent) if (test(above)) return true;
  return false;
}

function holdsAny(node: ContentElement, tables: ReadonlySet<ContentElement>): boolean {
  for (const child of node.elements()) {
    if (child.name === "table" && tables.has(child)) return true;
    if (child.tables > 0 && holdsAny(child, tables)) return true;
  }
  return false;
}

const NO_TABLES: ReadonlySet<ContentElement> = new Set();
const TABLE_SIGNS = new Set(["col", "colgroup", "tfoot", "thead", "th"]);

/** Tables that hold data rather than lay a page out. */
function findDataTables(content: ContentElement): Set<ContentElement> {
  const found = new Set<ContentElement>();
  for (const table of gather(content, ["table"]).get("table")!) if (isDataTable(table)) found.add(table);
  return found;
}

function isDataTable(table: ContentElement): boolean {
  const role = attribute(table, "role");
  if (role === "presentation" || role === "none" || attribute(table, "datatable") === "0") return false;
  if (attribute(table, "summary")) return true;
  let rows = 0, columns = 0, signed = false;
  const look = (element: ContentElement): void => {
    for (const child of element.elements()) {
      if (signed) return;
      if (TABLE_SIGNS.has(child.name) || (child.name === "caption" && child.text > 0)) signed = true;
      if (child.name === "tr") {
        rows++;
        columns = Math.max(columns, child.elements().filter((cell) => cell.name === "td").length);
      }
      if (child.name !== "table") look(child);
    }
  };
  look(table);
  if (signed) return true;
  if (table.tables > 0 || columns === 1 || rows === 1) return false;
  return rows >= 10 || columns > 4 || rows * columns > 10;
}

/** The words of an element, for rules that look at them. */
export function words(element: ContentElement, maxChars: number): string {
  return collapse(textOf(element, maxChars));
}
