import { cut } from "./tree.ts";

const MAX_ATTRIBUTES = 64;
const MAX_NAME_CHARS = 64;
const MAX_VALUE_CHARS = 16_384;

/** Gathers the attributes of one tag from a tokenizer's pieces: the first 64, each cut to a bound. */
export class AttributeReader {
  /** Of the tag since the last `start`. A new object for each tag: it goes into the tree. */
  attributes: Record<string, string> = {};
  #count = 0;
  #name = "";
  #parts: string[] = [];

  start(): void {
    this.attributes = {};
    this.#count = 0;
  }

  name(html: string, start: number, end: number): void {
    this.#parts = [];
    const wanted = this.#count < MAX_ATTRIBUTES && end - start <= MAX_NAME_CHARS;
    this.#name = wanted ? html.slice(start, end).toLowerCase() : "";
  }

  data(html: string, start: number, end: number): void {
    if (this.#name) this.#parts.push(html.slice(start, end));
  }

  entity(codePoint: number): void {
    if (this.#name) this.#parts.push(String.fromCodePoint(codePoint));
  }

  end(): void {
    const name = this.#name;
    if (!name || name === "__proto__" || Object.hasOwn(this.attributes, name)) return;
    this.#count++;
    this.attributes[name] = cut(
      // Most values come in one piece.
      this.#parts.length === 1 ? this.#parts[0]! : this.#parts.join(""),
      MAX_VALUE_CHARS,
    );
  }
}
