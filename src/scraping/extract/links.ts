import type { PageLink } from "../../sandbox/port.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute, textOf, type TreeElement, walk } from "./tree.ts";

const MAX_LINKS = 5000;
/** Of the addresses together: five thousand of 2,000 characters on each page of a crawl would be all its memory. */
const MAX_URL_CHARS = 1_000_000;

/** Every `http(s)` link of a page once (fragments aside), in the order of the page, with the first text that says something. */
export function pageLinks(body: TreeElement, urls: PageUrls): PageLink[] {
  const links = new Map<string, PageLink>();
  let urlChars = 0;
  walk(body, (element) => {
    if (element.name !== "a" && element.name !== "area") return;
    const resolved = urls.resolveWeb(attribute(element, "href"));
    if (!resolved) return;
    const hash = resolved.indexOf("#");
    const url = hash < 0 ? resolved : resolved.slice(0, hash);
    const known = links.get(url);
    if (known?.text || (!known && (links.size >= MAX_LINKS || urlChars >= MAX_URL_CHARS))) return;
    const text = textOf(element, 300) || imageAlt(element);
    if (known) known.text = text;
    else {
      urlChars += url.length;
      const rel = attribute(element, "rel")?.trim().slice(0, 100);
      links.set(url, { url, text, ...(rel ? { rel } : {}) });
    }
  });
  return [...links.values()];
}

function imageAlt(element: TreeElement): string {
  for (const child of element.children) {
    if (typeof child !== "string" && child.name === "img") {
      return (attribute(child, "alt") ?? "").trim().slice(0, 300);
    }
  }
  return (attribute(element, "aria-label") ?? attribute(element, "title") ?? "").trim().slice(0, 300);
}
