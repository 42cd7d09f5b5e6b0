import type { TreeElement } from "../tree.ts";

/** Where an element stands among the elements beside it, counted from 1. */
export interface SiblingPlace {
  place: number;
  count: number;
  ofTypePlace: number;
  ofTypeCount: number;
  previous: TreeElement | null;
}

const ALONE: SiblingPlace = { place: 1, count: 1, ofTypePlace: 1, ofTypeCount: 1, previous: null };

/** The places of elements, told for all children of a parent at once: `:nth-child` on a long list stays linear. */
export class SiblingPlaces {
  readonly #known = new Map<TreeElement, SiblingPlace>();

  of(element: TreeElement): SiblingPlace {
    const known = this.#known.get(element);
    if (known !== undefined || element.parent === undefined) return known ?? ALONE;
    this.#number(element.parent);
    return this.#known.get(element) ?? ALONE;
  }

  #number(parent: TreeElement): void {
    const byName = new Map<string, SiblingPlace[]>();
    const all: SiblingPlace[] = [];
    let previous: TreeElement | null = null;
    for (const child of parent.children) {
      if (typeof child === "string") continue;
      const ofType = byName.get(child.name) ?? [];
      const place = { ...ALONE, place: all.length + 1, ofTypePlace: ofType.length + 1, previous };
      all.push(place);
      ofType.push(place);
      byName.set(child.name, ofType);
      this.#known.set(child, place);
      previous = child;
    }
    for (const place of all) place.count = all.length;
    for (const ofType of byName.values()) for (const place of ofType) place.ofTypeCount = ofType.length;
  }
}
