import type { PageKind } from "../../sandbox/port.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute, collapse, textOf, type TreeElement, walk } from "./tree.ts";
import { isHidden } from "./visibility.ts";

const PAGER =
  /pagination|paginator|paging|pager|page-?numbers|page-?nav|pagenavi|nav-?links|posts-?navigation/i;
const NEXT =
  /^(?:next|next page|next posts?|older|older (?:posts|entries|articles)|more results|weiter|nächste|nächste seite|suivante?|page suivante|siguiente|página siguiente|próxim[ao]|próxima página|seguinte|successiv[ao]|avanti|pagina successiva|volgende|volgende pagina|nästa|næste|neste|seuraava|następna|dalej|další|následující|következő|sonraki|следующая|следующая страница|далее|вперед|вперёд|הבא|הבאה|לעמוד הבא|העמוד הבא|לדף הבא|דף הבא|עמוד הבא|התוצאות הבאות|التالي|الصفحة التالية|下一页|下一頁|次へ|次のページ|다음)[\s›»→>⟩▶]*$|^[›»→>⟩▶]$/iu;
/** Kinds of page whose "next" is another page of the same; an article's is another article, a manual's another chapter. */
const PAGED = new Set<PageKind>(["listing", "forum", "other", "product"]);

/**
 * The link to a listing's next page: marked `rel=next`, or inside a pager one that says "next" in some language, or that
 * has the number after the current page's.
 */
export function nextPageLink(
  body: TreeElement,
  urls: PageUrls,
  { url, kind }: { url: string; kind: PageKind },
): string | undefined {
  if (!PAGED.has(kind)) return undefined;
  const here = URL.parse(url);
  const target = (link: TreeElement): string | undefined => {
    const href = urls.resolveWeb(attribute(link, "href"));
    const parsed = href === undefined ? null : URL.parse(href);
    if (!parsed || parsed.host !== here?.host) return undefined;
    return parsed.pathname + parsed.search === here.pathname + here.search ? undefined : href;
  };
  let marked: string | undefined, worded: string | undefined, numbered: string | undefined;
  let current: number | undefined;
  const look = (element: TreeElement, inPager: boolean): void => {
    walk(element, (child) => {
      if (marked !== undefined || isHidden(child)) return false;
      const pager = inPager || isPager(child);
      if (pager && !inPager) {
        current = undefined;
        look(child, true);
        return false;
      }
      if (child.name === "a" && attribute(child, "href") !== undefined) {
        if (/(?:^|\s)next(?:$|\s)/i.test(attribute(child, "rel") ?? "")) marked = target(child);
        if (pager && worded === undefined && saysNext(child)) worded = target(child);
        if (pager && numbered === undefined && current !== undefined && numberOf(child) === current + 1) {
          numbered = target(child);
        }
      }
      if (pager && isCurrent(child)) current = numberOf(child) ?? current;
    });
  };
  look(body, false);
  return marked ?? worded ?? numbered;
}

function isPager(element: TreeElement): boolean {
  const naming = `${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""} ${
    attribute(element, "aria-label") ?? ""
  }`;
  return naming.length < 400 && PAGER.test(naming) && element.name !== "body" && element.name !== "main";
}

function saysNext(link: TreeElement): boolean {
  const classes = attribute(link, "class") ?? "";
  if (/(?:^|[\s_-])(?:disabled|prev|previous)(?:$|[\s_-])/i.test(classes)) return false;
  const texts = [textOf(link, 60), attribute(link, "aria-label"), attribute(link, "title")];
  return texts.some((text) => text !== undefined && text.length <= 60 && NEXT.test(collapse(text))) ||
    /(?:^|[\s_-])next(?:$|[\s_-])/i.test(classes);
}

function isCurrent(element: TreeElement): boolean {
  return attribute(element, "aria-current") !== undefined ||
    /(?:^|[\s_-])(?:current|active|selected)(?:$|[\s_-])/i.test(
      (attribute(element, "class") ?? "").slice(0, 200),
    );
}

function numberOf(element: TreeElement): number | undefined {
  const text = textOf(element, 12);
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
