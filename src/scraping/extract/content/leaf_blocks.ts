import { INLINE } from "../tree.ts";
import { ContentElement } from "./content_element.ts";

/** The innermost blocks of content, in order: paragraphs, headings, list items, cells. */
export function leafBlocks(content: ContentElement): ContentElement[] {
  const leaves: ContentElement[] = [];
  const visit = (element: ContentElement): boolean => {
    let holdsBlock = false;
    for (const child of element.children) {
      if (typeof child === "string" || child.parent !== element) continue;
      if (INLINE.has(child.name) || child.name === "br") {
        if (visit(child)) holdsBlock = true;
        continue;
      }
      holdsBlock = true;
      if (!visit(child)) leaves.push(child);
    }
    return holdsBlock;
  };
  visit(content);
  return leaves;
}
