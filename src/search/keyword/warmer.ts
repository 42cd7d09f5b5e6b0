import type { KeywordIndex } from "./keyword_index.ts";

export interface WarmerOptions {
  keywords: KeywordIndex;
  /** The generation that serves; undefined: none does yet. */
  generation: () => number | undefined;
  /** Somebody's search is under way: it goes first. */
  isBusy: () => boolean;
  onError: (error: unknown) => void;
}

/** One piece of work, and the rest after it. */
const WORK_MS = 4;
const REST_MS = 4;
/** How often it is looked whether there is anything to do. */
const LOOK_MS = 5_000;
/** Read anew when the index has grown by so much: what came is read when it is asked for, until then. */
const GROWTH = 1.5;

/** Keeps the words of the serving generation warm, in the pauses between searches. */
export class Warmer implements Disposable {
  readonly #options: WarmerOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #steps: Iterator<void> | undefined;
  #warm = { generation: 0, lastRow: 0 };

  constructor(options: WarmerOptions) {
    this.#options = options;
    this.#after(0);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#steps?.return?.();
  }

  #after(ms: number): void {
    this.#timer = setTimeout(() => this.#work(), ms);
  }

  #work(): void {
    try {
      if (this.#options.isBusy()) return this.#after(REST_MS);
      this.#steps ??= this.#begin();
      if (this.#steps === undefined) return this.#after(LOOK_MS);
      const untilMs = performance.now() + WORK_MS;
      while (performance.now() < untilMs) {
        if (this.#steps.next().done) {
          this.#steps = undefined;
          return this.#after(LOOK_MS);
        }
      }
      this.#after(REST_MS);
    } catch (error) {
      this.#steps = undefined; // its generation may have gone meanwhile
      this.#options.onError(error);
      this.#after(LOOK_MS);
    }
  }

  #begin(): Iterator<void> | undefined {
    const generation = this.#options.generation();
    if (generation === undefined) return undefined;
    const begun = this.#options.keywords.warmUp(generation);
    if (begun === undefined) return undefined;
    const { lastRow, steps } = begun;
    const { generation: was, lastRow: upTo } = this.#warm;
    if (was === generation && lastRow < upTo * GROWTH + 100) return undefined;
    this.#warm = { generation, lastRow };
    return steps;
  }
}
