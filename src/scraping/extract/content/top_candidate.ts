import type { PageCopy } from "./copy_page.ts";
import { ContentElement } from "./content_element.ts";

/** Text shorter than this says nothing about where the content is. */
const MIN_SCORED_CHARS = 25;
/** How many elements above a text profit by it. */
const LEVELS = 5;
const CANDIDATES = 5;
const SIBLING_SHARE = 0.2;
const START: Record<string, number> = {
  div: 5,
  pre: 3,
  td: 3,
  blockquote: 3,
  address: -3,
  ol: -3,
  ul: -3,
  dl: -3,
  dd: -3,
  dt: -3,
  li: -3,
  form: -3,
  h1: -5,
  h2: -5,
  h3: -5,
  h4: -5,
  h5: -5,
  h6: -5,
  th: -5,
};

/**
 * The content by Readability's rules: texts give points to what stands above them, the element with most of them wins,
 * and neighbours that look alike join it. Takes the elements out of the copy into a new one.
 *
 * @param weigh whether the words of classes count
 */
export function topContent(page: PageCopy, weigh: boolean): ContentElement {
  const best = bestCandidates(page, weigh);
  const content = new ContentElement("div", {}, 0);
  let top = best[0];
  if (!top || top === page.body) {
    for (const child of page.body.children) {
      if (typeof child === "string") content.appendText(child);
      else if (child.parent === page.body) content.append(child);
    }
    return content;
  }
  top = onlyChildUp(risingAbove(commonAbove(top, best), page.body));
  top.score ??= startScore(top, weigh);
  for (const sibling of top.parent!.elements()) {
    if (sibling !== top && !belongsTo(sibling, top)) continue;
    content.append(sibling);
  }
  return content;
}

function bestCandidates(page: PageCopy, weigh: boolean): ContentElement[] {
  const candidates: ContentElement[] = [];
  for (const element of page.scored) {
    if (!element.parent || element.text < MIN_SCORED_CHARS) continue;
    const points = 2 + element.commas + Math.min(Math.floor(element.text / 100), 3);
    let above: ContentElement | undefined = element.parent;
    for (let level = 0; above && level < LEVELS; level++, above = above.parent) {
      if (above.score === undefined) {
        above.score = startScore(above, weigh);
        candidates.push(above);
      }
      above.score += points / (level === 0 ? 1 : level === 1 ? 2 : level * 3);
    }
  }
  for (const candidate of candidates) candidate.score! *= 1 - candidate.linkDensity;
  // A stable sort: of equals the first on the page stays first.
  return candidates.sort((a, b) => b.score! - a.score!).slice(0, CANDIDATES);
}

function startScore(element: ContentElement, weigh: boolean): number {
  return (Object.hasOwn(START, element.name) ? START[element.name]! : 0) + (weigh ? element.classWeight : 0);
}

/** The nearest element above that holds three more candidates nearly as good, if any. */
function commonAbove(top: ContentElement, best: ContentElement[]): ContentElement {
  const rivals = best.slice(1).filter((rival) => rival.score! / top.score! >= 0.75).map(ancestors);
  if (rivals.length < 3) return top;
  for (let above = top.parent; above?.parent; above = above.parent) {
    if (rivals.filter((each) => each.has(above!)).length >= 3) return above;
  }
  return top;
}

function ancestors(element: ContentElement): Set<ContentElement> {
  const found = new Set<ContentElement>();
  for (let above = element.parent; above; above = above.parent) found.add(above);
  return found;
}

/** An element above whose score is higher still, if scores do not fall much on the way. */
function risingAbove(top: ContentElement, body: ContentElement): ContentElement {
  let last = top.score ?? 0;
  const least = last / 3;
  for (let above = top.parent; above && above !== body; above = above.parent) {
    if (above.score === undefined) continue;
    if (above.score < least) break;
    if (above.score > last) return above;
    last = above.score;
  }
  return top;
}

function onlyChildUp(element: ContentElement): ContentElement {
  let top = element;
  while (top.parent?.parent && top.parent.elements().length === 1) top = top.parent;
  return top;
}

function belongsTo(sibling: ContentElement, top: ContentElement): boolean {
  const alike = sibling.naming !== "" && sibling.attributes.class !== undefined &&
    sibling.attributes.class === top.attributes.class;
  const bonus = alike ? top.score! * SIBLING_SHARE : 0;
  if (sibling.score !== undefined && sibling.score + bonus >= Math.max(10, top.score! * SIBLING_SHARE)) {
    return true;
  }
  if (sibling.name !== "p") return false;
  if (sibling.text > 80) return sibling.linkDensity < 0.25;
  return sibling.text > 0 && sibling.links === 0 && endsSentence(sibling);
}

function endsSentence(element: ContentElement): boolean {
  for (const child of element.children) {
    if (typeof child === "string" ? /\.( |$)/.test(child) : endsSentence(child)) return true;
  }
  return false;
}
