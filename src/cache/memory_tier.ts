import { parseFrozen } from "./frozen_json.ts";

/** The slot itself and its place in the map. */
const SLOT_BYTES = 128;

export interface MemorySlot {
  readonly value: unknown;
  readonly storedMs: number;
  readonly freshUntilMs: number;
  readonly expiresMs: number;
  readonly tags: readonly string[];
  readonly heapBytes: number;
}

/** The slot of the JSON in `text`, frozen. Throws `SyntaxError`. */
export function memorySlot(
  key: string,
  text: string,
  times: Omit<MemorySlot, "value" | "heapBytes">,
): MemorySlot {
  const { value, heapBytes } = parseFrozen(text);
  const { storedMs, freshUntilMs, expiresMs, tags } = times;
  return {
    value,
    storedMs,
    freshUntilMs,
    expiresMs,
    tags,
    heapBytes: heapBytes + key.length * 2 + SLOT_BYTES,
  };
}

/** The values last used, parsed and frozen, within a limit of (estimated) heap bytes; the longest unused go first. */
export class MemoryTier {
  readonly #maxBytes: number;
  readonly #slots = new Map<string, MemorySlot>();
  #heapBytes = 0;

  /** @param maxBytes 0 keeps nothing */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#slots.size;
  }

  get heapBytes(): number {
    return this.#heapBytes;
  }

  get(key: string): MemorySlot | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot;
  }

  /** Keeps `slot` unless it is larger than the whole tier. */
  put(key: string, slot: MemorySlot): void {
    this.delete(key);
    if (slot.heapBytes > this.#maxBytes) return;
    this.#slots.set(key, slot);
    this.#heapBytes += slot.heapBytes;
    for (const oldest of this.#slots.keys()) {
      if (this.#heapBytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#heapBytes -= slot.heapBytes;
    return this.#slots.delete(key);
  }

  deleteWhere(matches: (key: string, slot: MemorySlot) => boolean): void {
    for (const [key, slot] of this.#slots) {
      if (matches(key, slot)) this.delete(key);
    }
  }

  clear(): void {
    this.#slots.clear();
    this.#heapBytes = 0;
  }
}
