/** A wait that others end. A pulse that comes while nobody waits is kept for the next wait. */
export class Pulse {
  #isDue = false;
  #end: (() => void) | undefined;

  /** One has come that no wait has ended for yet. */
  get isDue(): boolean {
    return this.#isDue;
  }

  fire(): void {
    this.#isDue = true;
    this.#end?.();
  }

  /** Until the next pulse, but no longer than `ms`; undefined: however long it takes. One waits at a time. */
  async wait(ms?: number): Promise<void> {
    if (!this.#isDue) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#end = resolve;
        if (ms !== undefined) timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.#end = undefined;
    }
    this.#isDue = false;
  }
}
