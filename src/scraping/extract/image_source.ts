import { attribute, type TreeElement } from "./tree.ts";

const LAZY = ["data-src", "data-original", "data-lazy-src", "data-lazy", "data-hi-res-src", "data-url"];

/** Where an image really comes from: lazy loaders keep it in an attribute of their own and a dot in `src`. */
export function imageSource(image: TreeElement): string | undefined {
  const src = attribute(image, "src")?.trim();
  if (src && !src.startsWith("data:") && !/(blank|placeholder|spacer|1x1|pixel)\.(gif|png|svg)/i.test(src)) {
    return src;
  }
  for (const name of LAZY) {
    const value = attribute(image, name)?.trim();
    if (value && !value.startsWith("data:")) return value;
  }
  const set = attribute(image, "srcset") ?? attribute(image, "data-srcset");
  const first = set?.trim().split(/[\s,]/, 1)[0];
  return first && !first.startsWith("data:") ? first : undefined;
}
