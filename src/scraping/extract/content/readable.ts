import type { PageTree } from "../build_tree.ts";
import { removeBoilerplate } from "./boilerplate.ts";
import { cleanContent } from "./clean_content.ts";
import type { ContentElement } from "./content_element.ts";
import { copyPage } from "./copy_page.ts";
import { topContent } from "./top_candidate.ts";

/** A page with less content than this is looked at again with fewer rules. */
const ENOUGH_CHARS = 300;
/** Beyond this a page is no text to be read. */
const MAX_ELEMENTS = 100_000;
const ATTEMPTS = [
  { strip: true, weigh: true, conditions: true },
  { strip: false, weigh: true, conditions: true },
  { strip: false, weigh: false, conditions: true },
  { strip: false, weigh: false, conditions: false },
];

/**
 * The main content as Readability would see it; undefined where there is none. At most four passes over the page.
 *
 * @param options.titles what the page calls itself, in lower case
 */
export function readableContent(
  page: PageTree,
  options: { titles: readonly string[] },
): ContentElement | undefined {
  if (page.elements > MAX_ELEMENTS) return undefined;
  let longest: ContentElement | undefined;
  for (const attempt of ATTEMPTS) {
    const content = topContent(copyPage(page.body, attempt.strip), attempt.weigh);
    cleanContent(content, {
      weigh: attempt.weigh,
      conditions: attempt.conditions,
    });
    if (content.text > (longest?.text ?? 0)) longest = content;
    if (content.text >= ENOUGH_CHARS) break;
  }
  if (!longest) return undefined;
  removeBoilerplate(longest, options.titles);
  longest.compact();
  return longest;
}
