import { attribute, type TreeElement } from "./tree.ts";

/** Whether the markup itself hides an element. What a style sheet hides cannot be known here. */
export function isHidden(element: TreeElement): boolean {
  if (attribute(element, "hidden") !== undefined && attribute(element, "hidden") !== "until-found") {
    return true;
  }
  const style = attribute(element, "style");
  return style !== undefined && /display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden/i.test(style);
}
