import { attribute, textOf, type TreeElement, walk } from "./tree.ts";

/** Where footnotes are written down; a reference to a place elsewhere is an ordinary link. */
const NOTE_PLACE = new Set(["li", "p", "div", "aside", "dd"]);
const BACK_SIGN = /^(?:↩|↑|\^|⏎|↵|⤴|jump up|back)\ufe0e?$/i;
const MAX_NOTES = 2000;

/** The footnotes of a page: `[^1]` where one is referred to, `[^1]: ...` where it stands. */
export class FootNotes {
  readonly #labels = new Map<string, string>();
  readonly #places = new Map<TreeElement, string>();

  constructor(root: TreeElement) {
    const used = new Set<string>();
    walk(root, (element) => {
      if (element.name !== "a" || this.#labels.size >= MAX_NOTES) return;
      const id = targetId(element);
      if (id === undefined || this.#labels.has(id) || !refersToNote(element)) return;
      const label = textOf(element, 30).replace(/^[[(]|[\])]$/g, "");
      if (!/^[\p{L}\p{N}*†‡-]{1,12}$/u.test(label) || used.has(label)) return;
      used.add(label);
      this.#labels.set(id, label);
    });
    if (this.#labels.size === 0) return;
    const placed = new Set<string>();
    walk(root, (element) => {
      const id = attribute(element, "id");
      const label = id !== undefined && NOTE_PLACE.has(element.name) ? this.#labels.get(id) : undefined;
      if (label === undefined || placed.has(label)) return;
      placed.add(label);
      this.#places.set(element, label);
    });
    for (const [id, label] of this.#labels) if (!placed.has(label)) this.#labels.delete(id);
  }

  /** The label of the note that a link refers to. */
  labelOf(link: TreeElement): string | undefined {
    const id = this.#labels.size === 0 ? undefined : targetId(link);
    return id === undefined || !refersToNote(link) ? undefined : this.#labels.get(id);
  }

  /** The label of the note that an element is. */
  noteAt(element: TreeElement): string | undefined {
    return this.#places.size === 0 ? undefined : this.#places.get(element);
  }
}

/** Whether a link only leads from a note back to the text. */
export function isBackLink(link: TreeElement): boolean {
  return targetId(link) !== undefined && (/backlink|backref|doc-backlink/i.test(
    `${attribute(link, "class") ?? ""} ${attribute(link, "role") ?? ""}`,
  ) || BACK_SIGN.test(textOf(link, 20)));
}

function targetId(link: TreeElement): string | undefined {
  const href = attribute(link, "href");
  return href !== undefined && href.length > 1 && href.length < 200 && href.startsWith("#")
    ? href.slice(1)
    : undefined;
}

function refersToNote(link: TreeElement): boolean {
  if (attribute(link, "role") === "doc-noteref") return true;
  return link.parent?.name === "sup" ||
    link.children.some((child) => typeof child !== "string" && child.name === "sup") ||
    /foot-?note|noteref/i.test(attribute(link, "class") ?? "");
}
