import { attribute, type TreeElement, type TreeNode } from "../tree.ts";
import { isHidden } from "../visibility.ts";
import { classTraits } from "./class_traits.ts";
import { ContentElement, HEADING } from "./content_element.ts";

const LEFT_OUT = new Set("script style noscript title link meta base param source track".split(" "));
const PHRASING = new Set(
  ("abbr audio b bdo br button cite code data datalist dfn em embed i img input kbd label mark math meter object " +
    "output progress q ruby samp select small span strong sub sup textarea time var wbr font").split(" "),
);
const UNLIKELY_ROLES = new Set(
  ["menu", "menubar", "complementary", "navigation", "alert", "alertdialog", "dialog"],
);
const NEEDS_CONTENT = new Set(["div", "section", "header", ...HEADING]);
const SCORED = new Set("section h2 h3 h4 h5 h6 p td pre".split(" "));
const BLOCKS = new Set("blockquote dl div img ol p pre table ul".split(" "));
const MAX_BYLINE_CHARS = 100;
/** How far up a table or code keeps what is named like furniture. */
const SHELTER_LEVELS = 4;

/** A page ready for scoring. */
export interface PageCopy {
  body: ContentElement;
  /** Elements whose text counts, in the order of the page. */
  scored: ContentElement[];
}

/**
 * Copies what can be seen of a page for scoring: loose text becomes paragraphs, as do blocks that hold nothing else, and
 * two line breaks end one.
 *
 * @param strip leaves out what is named like furniture
 */
export function copyPage(body: TreeElement, strip: boolean): PageCopy {
  const copy = new PageCopier(strip);
  const root = new ContentElement("body", body.attributes, 0);
  copy.fill(root, body.children);
  return { body: root, scored: copy.scored };
}

class PageCopier {
  readonly scored: ContentElement[] = [];
  readonly #strip: boolean;
  #byline = false;

  constructor(strip: boolean) {
    this.#strip = strip;
  }

  fill(target: ContentElement, nodes: readonly TreeNode[]): void {
    const wrap = target.name === "div";
    const breaks = hasDoubleBreak(nodes);
    if (!wrap && !breaks) {
      for (const node of nodes) this.#place(node, target);
      return;
    }
    let paragraph: ContentElement | undefined;
    let broken = wrap;
    const end = () => {
      if (paragraph) target.append(paragraph);
      paragraph = undefined;
    };
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      if (!isPhrasing(node)) {
        end();
        broken = wrap;
        this.#place(node, target);
        continue;
      }
      const blank = typeof node === "string" ? node.trim() === "" : node.name === "br";
      if (breaks && typeof node !== "string" && node.name === "br") {
        const after = endOfBreaks(nodes, i);
        if (after > i) {
          end();
          broken = true;
          i = after;
          continue;
        }
      }
      if (!broken) {
        this.#place(node, target);
        continue;
      }
      if (!paragraph) {
        if (blank) continue;
        paragraph = new ContentElement("p", NO_ATTRIBUTES, target.depth + 1);
        // Known from now on, so that what looks up from inside finds its way.
        paragraph.parent = target;
        this.scored.push(paragraph);
      }
      this.#place(node, paragraph);
    }
    end();
  }

  #place(node: TreeNode, target: ContentElement): void {
    if (typeof node === "string") {
      target.appendText(node);
      return;
    }
    if (LEFT_OUT.has(node.name) || isHidden(node) || !/^[a-z][a-z0-9-]{0,30}$/.test(node.name)) return;
    if (this.#isFurniture(node, target)) return;
    const name = node.name === "font"
      ? "span"
      : node.name === "p" && hasDoubleBreak(node.children)
      ? "div"
      : node.name;
    // An image may be given its caption: not in the page's own tree.
    const attributes = name === "img" ? { ...node.attributes } : node.attributes;
    const element = new ContentElement(name, attributes, target.depth + 1);
    element.parent = target;
    if (SCORED.has(name)) this.scored.push(element);
    this.fill(element, node.children);
    if (NEEDS_CONTENT.has(name) && element.text === 0 && !element.elements().some(isSubstance)) {
      element.parent = undefined;
      return;
    }
    target.append(name === "div" ? this.#unwrapped(element) : element);
  }

  /** A block that only holds one paragraph is that paragraph; one without blocks is one itself. */
  #unwrapped(block: ContentElement): ContentElement {
    // A name that says what it is must not be lost.
    if (classTraits(block.naming).box) return block;
    const inner = block.children.filter((child) => typeof child !== "string" || child.trim() !== "");
    const [only] = inner;
    if (inner.length === 1 && typeof only !== "string" && only!.name === "p" && block.linkDensity < 0.25) {
      return only!;
    }
    if (!hasBlock(block)) {
      block.name = "p";
      this.scored.push(block);
    }
    return block;
  }

  #isFurniture(node: TreeElement, target: ContentElement): boolean {
    const role = attribute(node, "role");
    if (role === "dialog" && attribute(node, "aria-modal") === "true") return true;
    const classes = attribute(node, "class"), id = attribute(node, "id");
    if (attribute(node, "aria-hidden") === "true" && !classes?.includes("fallback-image")) return true;
    const traits = classTraits(id === undefined ? (classes ?? "") : `${classes ?? ""} ${id}`);
    if (!this.#byline && (traits.byline || isByAuthor(node)) && isShort(node)) return this.#byline = true;
    if (!this.#strip) return false;
    if (role !== undefined && UNLIKELY_ROLES.has(role)) return true;
    return traits.unlikely && node.name !== "a" && !sheltered(target) && !holdsQuote(node);
  }
}

const NO_ATTRIBUTES: Record<string, string> = {};

function isByAuthor(node: TreeElement): boolean {
  return attribute(node, "rel") === "author" || (attribute(node, "itemprop")?.includes("author") ?? false);
}

/** Whether it has some text, but less than a byline may have. */
function isShort(node: TreeElement): boolean {
  let length = 0;
  const count = (element: TreeElement): boolean => {
    for (const child of element.children) {
      if (typeof child === "string") length += child.trim().length;
      else if (!count(child)) return false;
      if (length >= MAX_BYLINE_CHARS) return false;
    }
    return true;
  };
  return count(node) && length > 0;
}

/** What others said, embedded in an article, is named after the network it was said on. */
function holdsQuote(node: TreeElement): boolean {
  return node.name === "blockquote" ||
    node.children.some((child) => typeof child !== "string" && child.name === "blockquote");
}

function sheltered(element: ContentElement): boolean {
  let above: ContentElement | undefined = element;
  for (let i = 0; above && i < SHELTER_LEVELS; i++, above = above.parent) {
    if (above.name === "table" || above.name === "code") return true;
  }
  return false;
}

function isSubstance(element: ContentElement): boolean {
  return element.name !== "br" && element.name !== "hr";
}

function hasBlock(element: ContentElement): boolean {
  return element.elements().some((child) => BLOCKS.has(child.name) || hasBlock(child));
}

function isPhrasing(node: TreeNode): boolean {
  if (typeof node === "string" || PHRASING.has(node.name)) return true;
  return (node.name === "a" || node.name === "del" || node.name === "ins") && node.children.every(isPhrasing);
}

function hasDoubleBreak(nodes: readonly TreeNode[]): boolean {
  let last = false;
  for (const node of nodes) {
    if (typeof node !== "string") {
      if (node.name !== "br") last = false;
      else if (last) return true;
      else last = true;
    } else if (node.trim() !== "") last = false;
  }
  return false;
}

/** Index of the last of two or more breaks that begin at `start`; `start` where there is but one. */
function endOfBreaks(nodes: readonly TreeNode[], start: number): number {
  let last = start;
  for (let i = start + 1; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (typeof node !== "string") {
      if (node.name !== "br") break;
      last = i;
    } else if (node.trim() !== "") break;
  }
  return last;
}
