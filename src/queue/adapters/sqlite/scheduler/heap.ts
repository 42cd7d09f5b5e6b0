/** What sits in a heap remembers its place there, so that it can be moved or taken out without a search. */
export interface HeapPlace {
  at: number;
}

/**
 * A binary heap whose members can be re-ordered and removed. `placeOf` names the field of the member that this heap may
 * use: a member can be in several heaps, with one place for each.
 */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;
  readonly #placeOf: (item: T) => HeapPlace;

  constructor(before: (a: T, b: T) => boolean, placeOf: (item: T) => HeapPlace) {
    this.#before = before;
    this.#placeOf = placeOf;
  }

  get size(): number {
    return this.#items.length;
  }

  get top(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return this.#items[this.#placeOf(item).at] === item;
  }

  /** Puts it in, or to its right place where its order has changed. */
  put(item: T): void {
    if (!this.has(item)) {
      this.#placeOf(item).at = this.#items.length;
      this.#items.push(item);
    }
    this.#rise(this.#sink(item));
  }

  remove(item: T): boolean {
    const place = this.#placeOf(item);
    if (this.#items[place.at] !== item) return false;
    const last = this.#items.pop()!;
    if (last !== item) {
      this.#items[place.at] = last;
      this.#placeOf(last).at = place.at;
      this.#rise(this.#sink(last));
    }
    place.at = -1;
    return true;
  }

  #rise(item: T): void {
    const items = this.#items;
    const place = this.#placeOf(item);
    while (place.at > 0) {
      const parent = (place.at - 1) >> 1;
      const above = items[parent]!;
      if (!this.#before(item, above)) return;
      items[place.at] = above;
      this.#placeOf(above).at = place.at;
      items[parent] = item;
      place.at = parent;
    }
  }

  #sink(item: T): T {
    const items = this.#items;
    const place = this.#placeOf(item);
    for (;;) {
      let child = 2 * place.at + 1;
      if (child >= items.length) return item;
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
      const below = items[child]!;
      if (!this.#before(below, item)) return item;
      items[place.at] = below;
      this.#placeOf(below).at = place.at;
      items[child] = item;
      place.at = child;
    }
  }
}
