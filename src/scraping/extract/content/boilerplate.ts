import { attribute, textOf } from "../tree.ts";
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
  const leaves = leafBlocks(content).filter((leaf) => leaf.text > 0);
  const texts = leaves.map((leaf) => textOf(leaf, MAX_JUDGED_CHARS));
  trimHead(leaves, texts, titles);
  trimTail(leaves, texts, content.text);
}

/** A figure's caption, and text that calls itself one, is kept as the title of the image it stands with. */
function moveCaptions(content: ContentElement): void {
  const visit = (element: ContentElement, figure: ContentElement | undefined): void => {
    for (const child of element.elements()) {
      const caption = child.name === "figcaption" ||
        (child.images === 0 && isCaption(child, figure !== undefined));
      if (
        caption && child.text < MAX_JUDGED_CHARS * 2 && (child.name !== "figcaption" || isPicture(figure))
      ) {
        const image = figure && firstImage(figure);
        if (image && attribute(image, "title") === undefined) {
          image.attributes.title = textOf(child, 300);
        }
        child.remove();
      } else visit(child, child.name === "figure" ? child : figure);
    }
  };
  visit(content, undefined);
}

function isCaption(element: ContentElement, inFigure: boolean): boolean {
  if (element.text === 0 || element.text > MAX_JUDGED_CHARS) return false;
  const traits = classTraits(element.naming);
  return traits.caption || (inFigure && traits.credit) || (traits.credit && element.text < 200);
}

/** Whether a figure holds pictures, and no table, code or quotation that its caption would belong to. */
function isPicture(figure: ContentElement | undefined): boolean {
  if (!figure) return true;
  const holds = (element: ContentElement): boolean =>
    element.elements().some((child) =>
      child.name === "table" || child.name === "pre" || child.name === "blockquote" || holds(child)
    );
  return !holds(figure);
}

function firstImage(element: ContentElement): ContentElement | undefined {
  if (element.images === 0) return undefined;
  for (const child of element.elements()) {
    if (child.name === "img") return child;
    const found = firstImage(child);
    if (found) return found;
  }
  return undefined;
}

/** Boxes that their class calls a newsletter, an author's, a list of related articles and so on. */
function removeBoxes(content: ContentElement): void {
  const most = (content.text - content.links) * 0.2;
  const visit = (element: ContentElement): void => {
    for (const child of element.elements()) {
      const box = child.name !== "a" && child.text - child.links <= most && classTraits(child.naming).box;
      if (box) child.remove();
      else visit(child);
    }
  };
  visit(content);
}

/** "Read also: ..." alone in a block, and headings of that kind with the links below them. */
function removePointers(content: ContentElement): void {
  const visit = (element: ContentElement): void => {
    const children = element.elements();
    for (let i = 0; i < children.length; i++) {
      const child = children[i]!;
      if (child.text === 0) continue;
      if (child.text > MAX_JUDGED_CHARS && child.linkDensity < 0.5) {
        visit(child);
        continue;
      }
      const text = textOf(child, MAX_JUDGED_CHARS);
      if (child.name !== "a" && words.isLabel(text)) {
        child.remove();
      } else if (
        words.isRelated(text) &&
        (child.linkDensity > 0.4 ||
          (child.text < 80 && !words.endsSentence(text.slice(-1) === ":" ? "" : text)))
      ) {
        let next = i + 1;
        const linked = child.linkDensity > 0.4;
        while (next < children.length && isPointing(children[next]!)) next++;
        if (!linked && next === i + 1 && !isLast(children, i)) {
          visit(child);
          continue;
        }
        for (let at = i; at < next; at++) children[at]!.remove();
        i = next - 1;
      } else visit(child);
    }
  };
  visit(content);
}

function isPointing(element: ContentElement): boolean {
  return element.text === 0 ? element.images === 0 : element.linkDensity > 0.6;
}

function isLast(children: readonly ContentElement[], index: number): boolean {
  for (let i = index + 1; i < children.length; i++) if (children[i]!.text > 0) return false;
  return true;
}

function trimHead(leaves: ContentElement[], texts: string[], titles: readonly string[]): void {
  for (let i = 0; i < leaves.length; i++) {
    const leaf = leaves[i]!, text = texts[i]!;
    const heading = HEADING.has(leaf.name);
    if (isTitle(text, titles) && (heading || i < 4)) {
      leaf.remove();
      continue;
    }
    if (heading) continue;
    if (leaf.text >= LONG_CHARS && leaf.linkDensity < 0.5) break;
    if (leaf.text >= 60 && words.endsSentence(text) && leaf.linkDensity < 0.5 && !words.isDate(text)) break;
    const short = leaf.text <= MAX_LINE_CHARS;
    if (
      short && (words.isByline(text) || words.isDate(text) || leaf.linkDensity > 0.7 || words.isLabel(text))
    ) {
      leaf.remove();
    }
  }
}

function isTitle(text: string, titles: readonly string[]): boolean {
  if (text.length < 3 || text.length > 400) return false;
  const own = text.toLowerCase();
  return titles.some((title) => own === title || (own.length > 15 && title.startsWith(own)));
}

function trimTail(leaves: ContentElement[], texts: string[], allChars: number): void {
  let removed = 0;
  let kept = 0;
  for (let i = leaves.length - 1; i >= 0 && kept < 3; i--) {
    const leaf = leaves[i]!, text = texts[i]!;
    if (!leaf.parent) continue;
    if (!isTail(leaf, text)) {
      kept += HEADING.has(leaf.name) ? 0 : 1;
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

const CODE = new Set(["pre", "code", "table", "blockquote"]);

function within(element: ContentElement, names: ReadonlySet<string>): boolean {
  for (let above: ContentElement | undefined = element; above; above = above.parent) {
    if (names.has(above.name)) return true;
  }
  return false;
}
