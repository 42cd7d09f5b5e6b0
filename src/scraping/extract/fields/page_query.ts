import { _compileUnsafe } from "css-select";
import { parse } from "css-what";
import { isNth, type Nth, parseNth } from "../../../platform/css_nth.ts";
import { selectorFault } from "../../../platform/css_selector.ts";
import { TaskError } from "../../../platform/errors.ts";
import type { PageTree } from "../build_tree.ts";
import { attribute, textOf, type TreeElement, type TreeNode } from "../tree.ts";
import { type SiblingPlace, SiblingPlaces } from "./sibling_places.ts";

type Adapter = NonNullable<
  NonNullable<Parameters<typeof _compileUnsafe<TreeNode, TreeElement>>[1]>["adapter"]
>;

interface Compiled {
  test(element: TreeElement): boolean;
  /** It begins with `+` or `~`, so what it looks for stands beside the element it is asked below. */
  beside: boolean;
  /** It names `:scope`, so the element it is asked below may be what it looks for. */
  own: boolean;
}

/**
 * CSS selectors on one page. Selectors are compiled once and matched by css-select on the tree as it is; `html` and
 * `:root` are the page's root, which bears the attributes of the html element. What `build_tree.ts` drops (scripts,
 * styles, frames, vector graphics, media) is not there to be found; what is hidden is.
 */
export class PageQuery {
  readonly #root: TreeElement;
  readonly #adapter: Adapter;
  readonly #pseudos: Record<string, (element: TreeElement, value?: string | null) => boolean>;
  readonly #onPage = new Map<string, Compiled>();
  readonly #below = new Map<string, Compiled>();
  /** What `:scope` is while a search runs; compiled selectors hold on to this very array. */
  readonly #scope: TreeElement[];

  constructor(page: PageTree) {
    this.#root = page.root;
    this.#scope = [page.body];
    const places = new SiblingPlaces();
    this.#adapter = treeAdapter(page, places);
    this.#pseudos = placePseudos(places);
  }

  /**
   * Hands `accept` the elements a selector matches, in document order, until it says that it has enough: those of the
   * whole page, or those below `scope`, which selectors that name `:scope` can match too. `accept` may search in turn.
   * @throws {TaskError} invalid_input: the text is no selector
   */
  visit(
    selector: string,
    scope: TreeElement | undefined,
    accept: (element: TreeElement) => "enough" | void,
  ): void {
    const compiled = this.#compiled(selector, scope !== undefined);
    const enter = () => {
      if (scope !== undefined) this.#scope[0] = scope;
    };
    const search = (element: TreeElement): boolean => {
      if ((element !== scope || compiled.own) && compiled.test(element)) {
        if (accept(element) === "enough") return true;
        enter(); // `accept` may have searched below another
      }
      for (const child of element.children) if (typeof child !== "string" && search(child)) return true;
      return false;
    };
    enter();
    if (search(scope ?? this.#root) || scope === undefined || !compiled.beside) return;
    for (const sibling of elementsAfter(scope)) if (search(sibling)) return;
  }

  #compiled(selector: string, scoped: boolean): Compiled {
    const kept = scoped ? this.#below : this.#onPage;
    const known = kept.get(selector);
    if (known !== undefined) return known;
    const fault = selectorFault(selector);
    if (fault !== undefined) throw new TaskError("invalid_input", `Cannot use "${selector}" as it ${fault}`);
    const test = _compileUnsafe<TreeNode, TreeElement>(
      parse(selector),
      // What is known of an element below one scope is not true below the next.
      { adapter: this.#adapter, pseudos: this.#pseudos, cacheResults: !scoped },
      scoped ? this.#scope : undefined,
    );
    const compiled = { test, beside: test.shouldTestNextSiblings === true, own: selector.includes(":scope") };
    kept.set(selector, compiled);
    return compiled;
  }
}

/** The first element on a page that a selector matches. @throws {TaskError} invalid_input: the text is no selector */
export function queryFirst(page: PageTree, selector: string): TreeElement | undefined {
  let first: TreeElement | undefined;
  new PageQuery(page).visit(selector, undefined, (element) => {
    first = element;
    return "enough";
  });
  return first;
}

function treeAdapter(page: PageTree, places: SiblingPlaces): Adapter {
  const { root, htmlAttributes } = page;
  const attributeOf = (element: TreeElement, name: string) =>
    element !== root
      ? attribute(element, name)
      : Object.hasOwn(htmlAttributes, name)
      ? htmlAttributes[name]
      : undefined;
  return {
    isTag: (node): node is TreeElement => typeof node !== "string",
    getAttributeValue: attributeOf,
    hasAttrib: (element, name) => attributeOf(element, name) !== undefined,
    getName: (element) => element === root ? "html" : element.name,
    getChildren: (node) => typeof node === "string" ? [] : node.children,
    getParent: (element) => element.parent ?? null,
    getSiblings: (node) => typeof node === "string" ? [] : node.parent?.children ?? [node],
    prevElementSibling: (node) => typeof node === "string" ? null : places.of(node).previous,
    getText: (node) => typeof node === "string" ? node : textOf(node),
    removeSubsets: (nodes) => nodes, // of `selectAll` alone, which is not used
  };
}

function placePseudos(
  places: SiblingPlaces,
): Record<string, (element: TreeElement, value?: string | null) => boolean> {
  const parsed = new Map<string, Nth | undefined>();
  const nth = (placeOf: (of: SiblingPlace) => number) => (element: TreeElement, text?: string | null) => {
    const given = text ?? "";
    if (!parsed.has(given)) parsed.set(given, parseNth(given));
    const wanted = parsed.get(given);
    return wanted !== undefined && isNth(placeOf(places.of(element)), wanted);
  };
  const at = (test: (of: SiblingPlace) => boolean) => (element: TreeElement) => test(places.of(element));
  return {
    "first-child": at(({ place }) => place === 1),
    "last-child": at(({ place, count }) => place === count),
    "only-child": at(({ count }) => count === 1),
    "first-of-type": at(({ ofTypePlace }) => ofTypePlace === 1),
    "last-of-type": at(({ ofTypePlace, ofTypeCount }) => ofTypePlace === ofTypeCount),
    "only-of-type": at(({ ofTypeCount }) => ofTypeCount === 1),
    "nth-child": nth(({ place }) => place),
    "nth-last-child": nth(({ place, count }) => count - place + 1),
    "nth-of-type": nth(({ ofTypePlace }) => ofTypePlace),
    "nth-last-of-type": nth(({ ofTypePlace, ofTypeCount }) => ofTypeCount - ofTypePlace + 1),
  };
}

function* elementsAfter(element: TreeElement): Iterable<TreeElement> {
  const siblings = element.parent?.children ?? [];
  for (const sibling of siblings.slice(siblings.indexOf(element) + 1)) {
    if (typeof sibling !== "string") yield sibling;
  }
}
