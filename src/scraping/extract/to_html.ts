import { imageSource } from "./image_source.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute, type TreeElement } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const VOID = new Set(["area", "br", "col", "hr", "img", "input", "source", "track", "wbr"]);
const SKIPPED = new Set(["script", "style", "noscript", "template", "link", "meta", "base"]);
const KEPT_ATTRIBUTES = ["alt", "title", "colspan", "rowspan", "lang", "dir", "datetime", "start", "scope"];

/** Clean HTML of what stands below `root`: no scripts, styles, handlers, classes; links and images absolute. */
export function toCleanHtml(root: TreeElement, urls: PageUrls, maxChars: number): string {
  const parts: string[] = [];
  let length = 0;
  const put = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  const write = (element: TreeElement): void => {
    for (const child of element.children) {
      if (length > maxChars) return;
      if (typeof child === "string") put(escapeHtml(child));
      else if (!SKIPPED.has(child.name) && !isHidden(child)) {
        const name = /^[a-z][a-z0-9-]{0,30}$/.test(child.name) ? child.name : "span";
        put(`<${name}${cleanAttributes(child, urls)}>`);
        if (VOID.has(name)) continue;
        write(child);
        put(`</${name}>`);
      }
    }
  };
  write(root);
  return parts.join("").trim();
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (char) => char === "&" ? "&amp;" : char === "<" ? "&lt;" : "&gt;");
}

export function escapeAttribute(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (char) => char === "&" ? "&amp;" : char === "<" ? "&lt;" : char === ">" ? "&gt;" : "&quot;",
  );
}

function cleanAttributes(element: TreeElement, urls: PageUrls): string {
  let text = "";
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined) text += ` ${name}="${escapeAttribute(value)}"`;
  };
  if (element.name === "a") put("href", urls.resolve(attribute(element, "href")));
  if (element.name === "img") put("src", urls.resolveWeb(imageSource(element)));
  for (const name of KEPT_ATTRIBUTES) put(name, attribute(element, name));
  return text;
}
