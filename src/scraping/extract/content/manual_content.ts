import { attribute, createElement, type TreeElement } from "../tree.ts";
import { isHidden } from "../visibility.ts";

/** Words of classes and ids that are for finding one's way, wherever a manual's generator puts them. */
const WAYFINDING =
  /(?:^|[\s_-])(?:nav|menu|pager|pagination|related|skip|toolbar|searchbox)(?:$|[\s_-])|navbar|navigation|navheader|navfooter|(?:top|sub|bottom|side|left|right|main|page)-?nav|side-?bar|breadcrumb|skip-?link|edit-?(?:this-?)?page/i;
/** A part with more than this of the page's own words is not for finding one's way, whatever it is called. */
const MOST = 0.5;

/**
 * A manual's page less what leads through the manual. Unlike an article its text may be spread over many parts of equal
 * rank (sections, definitions, examples), of which one that reads best is not the page.
 */
export function manualContent(
  root: TreeElement,
  isFurniture: (element: TreeElement) => boolean,
): TreeElement {
  const all = ownText(root);
  const copy = (element: TreeElement, parent: TreeElement | undefined): TreeElement => {
    const result = createElement(element.name, element.attributes, parent);
    for (const child of element.children) {
      if (typeof child === "string") result.children.push(child);
      else if ((!isFurniture(child) || isNote(child)) && !leads(child, all)) {
        result.children.push(copy(child, result));
      }
    }
    return result;
  };
  return copy(root, undefined);
}

/** Characters below an element that no link has. */
export function ownText(element: TreeElement): number {
  return chars(element, true);
}

/** Manuals put notes and warnings aside, too; an aside of links is one for finding one's way. */
function isNote(element: TreeElement): boolean {
  return element.name === "aside" && !isHidden(element) && ownText(element) > chars(element, false) / 2;
}

function chars(element: TreeElement, own: boolean): number {
  let sum = 0;
  for (const child of element.children) {
    if (typeof child === "string") sum += child.trim().length;
    else if (!own || child.name !== "a") sum += chars(child, own);
  }
  return sum;
}

function leads(element: TreeElement, all: number): boolean {
  const words = `${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""}`.slice(0, 500);
  return words !== " " && WAYFINDING.test(words) && ownText(element) <= all * MOST;
}
