import { imageSource } from "../image_source.ts";
import type { PageUrls } from "../page_url.ts";
import { collapse, type TreeElement } from "../tree.ts";
import type { PageView } from "./page_view.ts";

const MAX_IMAGES = 10;
/** Further from the title than this, in elements, an image is of something else. */
const MAX_DISTANCE = 400;
const MAX_CANDIDATES_OF_SET = 50;

/** Images whose `alt` is the product's name, near the title: the largest their `srcset` has, absolute. */
export function shownImages(view: PageView, urls: PageUrls): string[] {
  const { title } = view;
  if (!title) return [];
  const name = titleText(title.element);
  if (name.length < 4) return [];
  const found = new Set<string>();
  for (const { element, order, hidden, elsewhere } of view.images) {
    if (hidden || elsewhere > 25 || Math.abs(order - title.order) > MAX_DISTANCE) {
      continue;
    }
    const alt = collapse((element.attributes.alt ?? "").slice(0, 300)).toLowerCase();
    if (alt.length < 4 || !(alt.startsWith(name) || name.startsWith(alt))) continue;
    const url = urls.resolveWeb(largest(element) ?? imageSource(element));
    if (url) found.add(url);
    if (found.size >= MAX_IMAGES) break;
  }
  return [...found];
}

function titleText(element: TreeElement): string {
  const parts: string[] = [];
  for (const child of element.children) {
    parts.push(typeof child === "string" ? child.slice(0, 500) : titleText(child));
  }
  return collapse(parts.join(" ").slice(0, 1000)).toLowerCase().slice(0, 120);
}

/** Of a `srcset` the candidate with the greatest width or density. */
function largest(image: TreeElement): string | undefined {
  const set = image.attributes.srcset ?? image.attributes["data-srcset"];
  if (set === undefined) return undefined;
  let best: { url: string; size: number } | undefined;
  for (const one of set.slice(0, 8000).split(/,\s+/).slice(0, MAX_CANDIDATES_OF_SET)) {
    const [url = "", descriptor = "1x"] = one.trim().split(/\s+/);
    const size = Number.parseFloat(descriptor);
    if (url && !url.startsWith("data:") && size > 0 && (!best || size > best.size)) best = { url, size };
  }
  return best?.url;
}
