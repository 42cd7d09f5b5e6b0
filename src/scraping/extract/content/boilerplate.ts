import { attribute, INLINE, textOf } from "../tree.ts";
import * as words from "./boilerplate_words.ts";
import { classTraits } from "./class_traits.ts";
import { type ContentElement, HEADING } from "./content_element.ts";
import { leafBlocks } from "./leaf_blocks.ts";

/** Text that long is read whole before it is judged; longer blocks are never furniture. */
const MAX_JUDGED_CHARS = 700;
/** A paragraph that long is the article's own. */
const LONG_CHARS = 120;
const MAX_LINE_CHARS = 150;
/** The most of an article that its tail may be found to be furniture. */
const MAX_TAIL_SHARE = 0.35;
/** How many of its own blocks an article may have behind which furniture is still looked for. */
const TAIL_KEPT = 3;

/**
 * Takes out of an article what its readers would not call its text: captions (they become their image's title), labels
 * of buttons, pointers to other articles, and what stands before its first paragraph and after its last: dates, names,
 * appeals, rights.
 *
 * @param titles what the page calls itself
 */
export function removeBoilerplate(content: ContentElement, titles: readonly string[]): void {
  moveCaptions(content);
  removeBoxes(content);
  removePointers(content);
  const leaves = leafBlocks(content);
  trimHead(leaves, titles);
  trimTail(leaves, content.text);
}

interface Figure {
  image: ContentElement | undefined;
  /** It holds pictures, and no table, code or quotation that its caption would belong to. */
  picture: boolean;
}

/** A figure's caption, and text that calls itself one, is kept as the title of the image it stands with. */
function moveCaptions(content: ContentElement): void {
  const alts = new Map<string, number>();
  const visit = (element: ContentElement, figure: Figure | undefined): void => {
    for (const child of element.elements()) {
      if (child.name === "img") {
        const alt = attribute(child, "alt")?.trim() ?? "";
        if (alt.length >= 25) alts.set(captionKey(alt), alt.length);
      } else if (child.name === "figcaption" ? figure?.picture !== false : isCaption(child, figure, alts)) {
        const image = figure?.image;
        if (image && attribute(image, "title") === undefined) image.attributes.title = textOf(child, 300);
        child.remove();
      } else visit(child, child.name === "figure" ? figureOf(child) : figure);
    }
  };
  visit(content, undefined);
}

function isCaption(
  element: ContentElement,
  figure: Figure | undefined,
  alts: ReadonlyMap<string, number>,
): boolean {
  if (element.text === 0 || element.text > MAX_JUDGED_CHARS || element.images > 0) return false;
  const traits = classTraits(element.naming);
  if (traits.caption || (traits.credit && (figure !== undefined || element.text < 200))) return true;
  if (alts.size === 0 || INLINE.has(element.name) || HEADING.has(element.name)) return false;
  if (element.text < 25) return false;
  const altChars = alts.get(captionKey(textOf(element, 100)));
  return altChars !== undefined && Math.abs(element.text - altChars) < 80;
}

/** Captions and alternative texts are often the same, but for their ends. */
function captionKey(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, " ").slice(0, 60);
}

function figureOf(figure: ContentElement): Figure {
  let image: ContentElement | undefined, picture = true;
  const look = (element: ContentElement): void => {
    for (const child of element.elements()) {
      if (child.name === "img") image ??= child;
      if (NOT_PICTURES.has(child.name)) picture = false;
      look(child);
    }
  };
  look(figure);
  return { image, picture };
}

/** Boxes that their class calls a newsletter, an author's, a list of related articles and so on. */
function removeBoxes(content: ContentElement): void {
  const most = (content.text - content.links) * 0.2;
  const visit = (element: ContentElement): void => {
    for (const child of element.elements()) {
      const box = child.name !== "a" && child.text - child.links <= most && classTraits(child.naming).box &&
        !child.elements().some((inner) => inner.name === "blockquote");
      if (box) child.remove();
      else visit(child);
    }
  };
  visit(content);
}

/** "Read also: ..." alone in a block, headings of that kind with the links below them, and buttons without a form. */
function removePointers(content: ContentElement): void {
  const visit = (element: ContentElement): void => {
    const children = element.elements();
    for (let i = 0; i < children.length; i++) {
      const child = children[i]!;
      if (child.text === 0 || child.name === "pre" || child.name === "summary") continue;
      const linked = child.linkDensity > 0.4;
      if (INLINE.has(child.name) ? child.elements().length === 0 : !linked && child.text > MAX_LINE_CHARS) {
        if (!INLINE.has(child.name)) visit(child);
        continue;
      }
      const text = child.text > MAX_JUDGED_CHARS ? "" : textOf(child, MAX_JUDGED_CHARS);
      if (INLINE.has(child.name)) {
        if (isCard(child)) removeCard(child);
      } else if (words.isLabel(text)) child.remove();
      else if (
        !INLINE.has(child.name) && words.isRelated(text) &&
        (linked || !words.endsSentence(text.replace(/:$/, "")))
      ) {
        let next = i + 1;
        while (next < children.length && isPointing(children[next]!)) next++;
        if (linked || next > i + 1 || isLast(children, i)) {
          for (let at = i; at < next; at++) children[at]!.remove();
          i = next - 1;
        } else visit(child);
      } else visit(child);
    }
  };
  visit(content);
}

/** A card that shows when a name is pointed at: pictures and links inside a line of text. */
function isCard(element: ContentElement): boolean {
  return element.name === "span" && element.images > 0 && element.text > 60 && element.linkDensity > 0.8;
}

function removeCard(card: ContentElement): void {
  const inner = card.elements().filter(isCard);
  if (inner.length === 0) card.remove();
  for (const each of inner) removeCard(each);
}

function isPointing(element: ContentElement): boolean {
  return element.text === 0 ? element.images === 0 : element.linkDensity > 0.6;
}

function isLast(children: readonly ContentElement[], index: number): boolean {
  for (let i = index + 1; i < children.length; i++) if (children[i]!.text > 0) return false;
  return true;
}

function trimHead(leaves: ContentElement[], titles: readonly string[]): void {
  let seen = 0;
  for (const leaf of leaves) {
    if (leaf.text === 0 || !leaf.parent) continue;
    const text = textOf(leaf, MAX_JUDGED_CHARS);
    const heading = HEADING.has(leaf.name) || leaf.name === "summary";
    if (isTitle(text, titles) && (heading || seen++ < 4)) {
      leaf.remove();
      continue;
    }
    if (heading) continue;
    if (leaf.text >= LONG_CHARS && leaf.linkDensity < 0.5) break;
    if (leaf.text >= 60 && words.endsSentence(text) && leaf.linkDensity < 0.5 && !words.isDateLine(text)) {
      break;
    }
    if (leaf.text > MAX_LINE_CHARS) continue;
    if (words.isByline(text) || words.isDateLine(text) || leaf.linkDensity > 0.7 || words.isLabel(text)) {
      leaf.remove();
    }
  }
}

function isTitle(text: string, titles: readonly string[]): boolean {
  if (text.length < 3 || text.length > 400) return false;
  const own = text.toLowerCase();
  return titles.some((title) => own === title || (own.length > 15 && title.startsWith(own)));
}

function trimTail(leaves: ContentElement[], allChars: number): void {
  let removed = 0;
  for (let i = leaves.length - 1, kept = 0; i >= 0 && kept < TAIL_KEPT; i--) {
    const leaf = leaves[i]!;
    if (!leaf.parent || leaf.text === 0) continue;
    if (!isTail(leaf, textOf(leaf, MAX_JUDGED_CHARS))) {
      if (!HEADING.has(leaf.name)) kept++;
      continue;
    }
    removed += leaf.text;
    if (removed > allChars * MAX_TAIL_SHARE) return;
    leaf.remove();
  }
}

function isTail(leaf: ContentElement, text: string): boolean {
  if (leaf.text > MAX_JUDGED_CHARS || within(leaf, CODE)) return false;
  if (words.isAppeal(text) || words.isLabel(text)) return true;
  if (words.isRelated(text) && leaf.linkDensity > 0.3) return true;
  if (words.isContact(text) && leaf.text < 400) return true;
  if (/^[_*=—–-]{3,}$/.test(text)) return true;
  return leaf.text <= MAX_LINE_CHARS && leaf.linkDensity > 0.8;
}

const NOT_PICTURES = new Set(["table", "pre", "blockquote"]);
const CODE = new Set(["pre", "code", "table", "blockquote"]);

function within(element: ContentElement, names: ReadonlySet<string>): boolean {
  for (let above: ContentElement | undefined = element; above; above = above.parent) {
    if (names.has(above.name)) return true;
  }
  return false;
}
