import type { PageTree } from "./build_tree.ts";
import { attribute, type TreeElement } from "./tree.ts";

/** BCP 47 as the page declares it: html lang, then its meta elements. */
export function pageLanguage(
  page: PageTree,
  metadata: Record<string, string | string[]>,
): string | undefined {
  const declared = [
    page.htmlAttributes.lang,
    page.htmlAttributes["xml:lang"],
    attribute(page.body, "lang"),
    metadata["content-language"],
    metadata["og:locale"],
  ];
  for (const value of declared) {
    const tag = (Array.isArray(value) ? value[0] : value)?.trim().split(",", 1)[0]?.replaceAll("_", "-");
    if (tag && /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$/i.test(tag)) return tag;
  }
  return undefined;
}

const RTL_LANGUAGES = /^(he|iw|ar|fa|ur|yi|ps|sd|ckb|dv|ug)\b/i;

const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Direction of the main text: by its letters where it has enough, else by what the page declares. */
export function textDirection(
  text: string,
  page: PageTree,
  content: TreeElement,
  language?: string,
): "ltr" | "rtl" {
  const sample = text.slice(0, 4000);
  // Most pages have no such letter at all: then a look at the beginning is enough.
  if (
    sample.length > 400 && !RTL_LETTER.test(sample) &&
    (sample.slice(0, 400).match(/\p{L}/gu)?.length ?? 0) >= 20
  ) {
    return "ltr";
  }
  const rtl = sample.match(/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/g)?.length ?? 0;
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters >= 20) return rtl / letters > 0.4 ? "rtl" : "ltr";
  const declared = attribute(content, "dir") ?? attribute(page.body, "dir") ?? page.htmlAttributes.dir;
  if (declared && /^(rtl|ltr)$/i.test(declared)) return declared.toLowerCase() as "ltr" | "rtl";
  return rtl * 2 > letters || (language !== undefined && RTL_LANGUAGES.test(language)) ? "rtl" : "ltr";
}
