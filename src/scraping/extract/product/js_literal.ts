/**
 * Reads an object or array as JavaScript writes it: quotes of any kind, bare names, comments, commas too many. What is
 * no literal (a variable, a call) counts as undefined. One pass; depth and number of values are bounded.
 */

const MAX_DEPTH = 40;
const MAX_EXPRESSION_CHARS = 300;

/** How much a page may make us read, shared by all its literals. */
export interface LiteralBudget {
  chars: number;
  values: number;
}

export interface Literal {
  value: unknown;
  /** Where the text goes on. */
  end: number;
}

/** The object, array or string that begins at `from`; undefined where it is none or the budget is spent. */
export function readLiteral(text: string, from: number, budget: LiteralBudget): Literal | undefined {
  const reader = new LiteralReader(text, from, budget);
  try {
    const value = reader.value(0);
    return { value, end: reader.at };
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  } finally {
    budget.chars -= reader.at - from;
  }
}

class NoLiteral extends Error {}

class LiteralReader {
  at: number;
  readonly #text: string;
  readonly #end: number;
  readonly #budget: LiteralBudget;

  constructor(text: string, from: number, budget: LiteralBudget) {
    this.#text = text;
    this.at = from;
    this.#budget = budget;
    this.#end = Math.min(text.length, from + Math.max(0, budget.chars));
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH || --this.#budget.values < 0) throw new NoLiteral();
    this.#space();
    switch (this.#text.charCodeAt(this.at)) {
      case 0x7b:
        return this.#object(depth);
      case 0x5b:
        return this.#array(depth);
      case 0x22:
      case 0x27:
      case 0x60:
        return this.string();
      default:
        return this.#expression();
    }
  }

  string(): string {
    const text = this.#text;
    const quote = text.charCodeAt(this.at);
    let from = ++this.at;
    const parts: string[] = [];
    while (this.at < this.#end) {
      const code = text.charCodeAt(this.at);
      if (code === quote) {
        parts.push(text.slice(from, this.at++));
        return parts.length === 1 ? parts[0]! : parts.join("");
      }
      if (code === 0x5c) {
        parts.push(text.slice(from, this.at));
        parts.push(this.#escape());
        from = this.at;
      } else this.at++;
    }
    throw new NoLiteral();
  }

  #object(depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.at++;
    while (true) {
      this.#separators();
      const code = this.#text.charCodeAt(this.at);
      if (code === 0x7d) {
        this.at++;
        return result;
      }
      const key = code === 0x22 || code === 0x27 ? this.string() : this.#name();
      this.#space();
      if (this.#text.charCodeAt(this.at) !== 0x3a) throw new NoLiteral();
      this.at++;
      const value = this.value(depth + 1);
      if (key !== "__proto__") result[key] = value;
    }
  }

  #array(depth: number): unknown[] {
    const result: unknown[] = [];
    this.at++;
    while (true) {
      this.#separators();
      if (this.#text.charCodeAt(this.at) === 0x5d) {
        this.at++;
        return result;
      }
      if (this.at >= this.#end) throw new NoLiteral();
      result.push(this.value(depth + 1));
    }
  }

  #name(): string {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.#text)?.[0];
    if (!name) throw new NoLiteral();
    this.at += name.length;
    return name;
  }

  /** A number, a word that is a value, or something that only running the code would tell. */
  #expression(): unknown {
    const from = this.at;
    const limit = Math.min(this.#end, from + MAX_EXPRESSION_CHARS);
    let open = 0;
    while (this.at < limit) {
      const code = this.#text.charCodeAt(this.at);
      if (code === 0x28) open++;
      else if (code === 0x29 && open > 0) open--;
      else if (open === 0 && (code === 0x2c || code === 0x7d || code === 0x5d)) break;
      else if (code === 0x7b || code === 0x5b || code === 0x3b) throw new NoLiteral();
      else if (code === 0x22 || code === 0x27 || code === 0x60) {
        this.string();
        continue;
      }
      this.at++;
    }
    if (this.at >= limit || this.at === from) throw new NoLiteral();
    const word = this.#text.slice(from, this.at).trim();
    if (/^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(word)) return Number(word);
    return WORDS.get(word);
  }

  #escape(): string {
    const text = this.#text;
    const next = text[this.at + 1] ?? "";
    const hex = next === "u"
      ? text.slice(this.at + 2, this.at + 6)
      : next === "x"
      ? text.slice(this.at + 2, this.at + 4)
      : "";
    if (hex && /^[0-9a-fA-F]+$/.test(hex)) {
      this.at += 2 + hex.length;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    this.at += 2;
    return ESCAPES[next] ?? next;
  }

  #separators(): void {
    this.#space();
    while (this.#text.charCodeAt(this.at) === 0x2c) {
      this.at++;
      this.#space();
    }
  }

  #space(): void {
    const text = this.#text;
    while (this.at < this.#end) {
      const code = text.charCodeAt(this.at);
      if (code <= 0x20 || code === 0xa0 || code === 0xfeff) this.at++;
      else if (code === 0x2f && (text[this.at + 1] === "*" || text[this.at + 1] === "/")) {
        const line = text[this.at + 1] === "/";
        const end = text.indexOf(line ? "\n" : "*/", this.at + 2);
        if (end < 0) {
          // The budget pays for the search: what never ends is not looked for from every place it might begin.
          this.at = this.#end;
          throw new NoLiteral();
        }
        this.at = end + (line ? 1 : 2);
      } else return;
    }
    throw new NoLiteral();
  }
}

const NAME = /[\p{L}\p{N}_$]{1,80}/uy;
const WORDS = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["!0", true],
  ["!1", false],
]);
const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "\n": "" };
