import type { ExtractedPage, PageKind } from "../../sandbox/port.ts";
import type { PageTree } from "./build_tree.ts";
import { nextPageLink } from "./next_page.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute } from "./tree.ts";

/** The names under which a robots meta element speaks to this service. */
const AGENTS = new Set(["robots", "tuttibot"]);

/**
 * What a page says about addresses: its own, its listing's next page, where it sends its visitors, and what crawlers may
 * do with it. Absent where it does not say.
 */
export function pageAddresses(
  page: PageTree,
  urls: PageUrls,
  options: { url: string; kind: PageKind },
): Pick<ExtractedPage, "canonical_url" | "next_url" | "refresh_url" | "directives"> {
  let canonical: string | undefined, next: string | undefined, refresh: string | undefined;
  let noindex = false, nofollow = false;
  for (const element of page.metas) {
    if (element.name === "link") {
      const rel = (attribute(element, "rel") ?? "").toLowerCase().split(/\s+/);
      if (rel.includes("canonical")) canonical ??= urls.resolveWeb(attribute(element, "href"));
      if (rel.includes("next")) next ??= urls.resolveWeb(attribute(element, "href"));
    } else if (element.name === "meta") {
      const content = attribute(element, "content") ?? "";
      // Browsers that run scripts do not look into a noscript; what stands there is for others.
      if (attribute(element, "http-equiv")?.trim().toLowerCase() === "refresh") {
        if (element.parent?.name !== "noscript") refresh ??= refreshUrl(content, urls);
      } else if (AGENTS.has(attribute(element, "name")?.trim().toLowerCase() ?? "")) {
        const words = content.toLowerCase().slice(0, 500).split(/[\s,]+/);
        noindex ||= words.includes("noindex") || words.includes("none");
        nofollow ||= words.includes("nofollow") || words.includes("none");
      }
    }
  }
  next ??= nextPageLink(page.body, urls, options);
  const directives: ExtractedPage["directives"] = [
    ...(noindex ? ["noindex" as const] : []),
    ...(nofollow ? ["nofollow" as const] : []),
  ];
  return {
    ...(canonical ? { canonical_url: canonical } : {}),
    ...(next && next !== options.url ? { next_url: next } : {}),
    ...(refresh ? { refresh_url: refresh } : {}),
    ...(directives.length > 0 ? { directives } : {}),
  };
}

/** The address in the content of a refresh, `5; url='...'` in any of the spellings that browsers take. */
function refreshUrl(content: string, urls: PageUrls): string | undefined {
  const match =
    /^\s{0,20}[\d.]{1,20}\s{0,20}[;,\s]\s{0,20}(?:url\s{0,20}=\s{0,20})?(?:"([^"]*)|'([^']*)|(.*))/is.exec(
      content.slice(0, 4500),
    );
  const target = match && (match[1] ?? match[2] ?? match[3]!).trim();
  return target ? urls.resolveWeb(target) : undefined;
}
