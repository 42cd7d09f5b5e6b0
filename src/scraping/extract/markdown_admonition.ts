import { attribute, type TreeElement } from "./tree.ts";

const ADMONITION =
  /(?:^|\s)(?:admonition|callout|note|warning|tip|caution|important|hint|danger|attention|theme-admonition)(?:$|\s)/i;

/** A box of a manual: quoted, so that where it ends can be seen. */
export function isAdmonition(element: TreeElement): boolean {
  const { name } = element;
  return (name === "div" || name === "aside" || name === "section") &&
    ADMONITION.test((attribute(element, "class") ?? "").slice(0, 300));
}

/** The heading that manual writers' tools put into such a box. */
export function isAdmonitionTitle(element: TreeElement): boolean {
  return (element.name === "p" || element.name === "div") &&
    /(?:^|\s)(?:admonition|callout)-(?:title|heading)(?:$|\s)/i.test(
      (attribute(element, "class") ?? "").slice(0, 300),
    );
}
