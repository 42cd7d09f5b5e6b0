/**
 * A state that is looked at again after it may have changed: at once, then at most every `everyMs`, one look for all
 * who follow it. A look that fails is taken again.
 */
export class Pulse<T> {
  readonly #load: () => Promise<T>;
  readonly #everyMs: number;
  readonly #listeners = new Set<(value: T) => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading = false;
  #touched = false;

  constructor(load: () => Promise<T>, everyMs: number) {
    this.#load = load;
    this.#everyMs = everyMs;
  }

  get followers(): number {
    return this.#listeners.size;
  }

  /** Returns how to stop being told. */
  follow(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#touched = false;
    };
  }

  /** It may have changed. */
  touch(): void {
    this.#touched = true;
    if (!this.#loading && this.#timer === undefined) void this.#look();
  }

  async #look(): Promise<void> {
    this.#touched = false;
    this.#loading = true;
    try {
      const value = await this.#load();
      for (const listener of [...this.#listeners]) listener(value);
    } catch {
      this.#touched = true; // what failed to load is told by whoever asks for it alone
    }
    this.#loading = false;
    if (this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#touched) void this.#look();
    }, this.#everyMs);
  }
}
