import { type FieldError, ServiceError } from "../platform/errors.ts";

const LABEL_PATTERN = /^[^\p{Cc}]{1,128}$/u;

/** Collects what is wrong with a request, so that all of it is told at once. */
export class Findings {
  readonly errors: FieldError[];
  readonly #prefix: string;

  constructor(prefix = "", errors: FieldError[] = []) {
    this.#prefix = prefix;
    this.errors = errors;
  }

  /** The same list for a part of the request: its paths begin with `path`. */
  under(path: string): Findings {
    return new Findings(`${this.#prefix}${path}.`, this.errors);
  }

  add(path: string, message: string): void {
    this.errors.push({ path: `${this.#prefix}${path}`, message });
  }

  /** A whole number in a range, where given. */
  whole(path: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (!Number.isInteger(value) || value < min || value > max) {
      this.add(path, `must be a whole number between ${min} and ${max}: current value is ${value}`);
    }
  }

  range(path: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (!(value >= min && value <= max)) {
      this.add(path, `must be between ${min} and ${max}: current value is ${value}`);
    }
  }

  oneOf(path: string, value: string | undefined, words: readonly string[]): void {
    if (value !== undefined && !words.includes(value)) this.add(path, `must be one of ${words.join(", ")}`);
  }

  label(path: string, value: string | undefined): void {
    if (value !== undefined && !isLabel(value)) {
      this.add(path, "must be 1 to 128 characters, no control characters");
    }
  }

  throwIfAny(): void {
    if (this.errors.length === 0) return;
    const first = this.errors[0]!;
    const more = this.errors.length > 1 ? ` (and ${this.errors.length - 1} more)` : "";
    throw new ServiceError("invalid_request", `${first.path || "the request"} ${first.message}${more}`, {
      fields: this.errors,
    });
  }
}

/** What a brand, a tag or a key may be. */
export function isLabel(text: string): boolean {
  return typeof text === "string" && LABEL_PATTERN.test(text);
}
