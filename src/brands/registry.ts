import { messageOf } from "../platform/errors.ts";
import { listProfiles, type ProfileFile, readProfileText } from "./brand_folder.ts";
import { FolderWatch, type FolderWatchOptions } from "./folder_watch.ts";
import { HostIndex } from "./host_index.ts";
import type { BrandFile, BrandProfile, Brands } from "./port.ts";
import { BRAND_NAME, BRAND_NAME_RULE } from "./profile_schema.ts";
import { readProfile } from "./read_profile.ts";

export interface BrandRegistryOptions extends FolderWatchOptions {
  /** One file of a profile per brand, `<brand>.yaml` (`.yml`, `.json`). It need not be there, and may come later. */
  folder: string;
  /** Told of what could not be read of the folder itself. */
  onError?: (error: unknown) => void;
  /** A file that has gone stays in force for this long: editors take one away to put another in its place. @default 500 */
  goneMs?: number;
}

interface Held extends BrandFile {
  version: string;
  goneSinceMs?: number;
}

/**
 * The brand profiles of a folder, kept up with it. A file that is wrong, or half written, is listed with its errors
 * while its last good profile stays in force; one that is taken away takes its profile with it.
 */
export class BrandRegistry implements Brands, AsyncDisposable {
  readonly #folder: string;
  readonly #goneMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #watch: FolderWatch;
  readonly #files = new Map<string, Held>();
  readonly #listeners = new Set<(changed: readonly string[]) => void>();
  #byBrand = new Map<string, Held>();
  #hosts = new HostIndex([]);
  #trouble = "";

  constructor(options: BrandRegistryOptions) {
    const { folder, onError = () => {}, goneMs = 500 } = options;
    this.#folder = folder;
    this.#onError = onError;
    this.#goneMs = goneMs;
    this.#watch = new FolderWatch(folder, () => this.#look(), options);
  }

  /** Reads the folder and goes on watching it. What is wrong with a file fails that file only. */
  async start(): Promise<void> {
    await this.#watch.start();
  }

  list(): BrandFile[] {
    return [...this.#files.values()].sort((a, b) => a.file < b.file ? -1 : 1).map(asBrandFile);
  }

  get(brand: string): BrandFile | undefined {
    const held = this.#byBrand.get(brand);
    return held && asBrandFile(held);
  }

  profile(brand: string): BrandProfile | undefined {
    return this.#byBrand.get(brand)?.profile;
  }

  politenessOf(host: string): { concurrency?: number; delayMs?: number } | undefined {
    return this.#hosts.politenessOf(host);
  }

  /** Calls `listener` with the names of the brands whose files changed. Returns what ends that. */
  onChange(listener: (brands: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await this.#watch[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    try {
      const there = await listProfiles(this.#folder);
      const changed = new Set<string>();
      for (const file of there) {
        const held = this.#files.get(file.file);
        if (held !== undefined) held.goneSinceMs = undefined;
        if (held?.version === file.version) continue;
        this.#files.set(file.file, await this.#read(file, held));
        changed.add(file.stem);
      }
      for (const brand of this.#dropGone(new Set(there.map(({ file }) => file)))) changed.add(brand);
      if (changed.size > 0) this.#announce([...changed]);
      this.#trouble = "";
    } catch (error) {
      // Told once, not at every look.
      if (this.#trouble !== messageOf(error)) this.#onError(error);
      this.#trouble = messageOf(error);
    }
  }

  async #read(file: ProfileFile, held: Held | undefined): Promise<Held> {
    const { stem: brand, version, shadowedBy } = file;
    const base = { brand, file: file.file, version, loadedMs: Date.now() };
    if (shadowedBy !== undefined) {
      return { ...base, errors: [fault(`The brand is in ${shadowedBy} already`)] };
    }
    // Wrong in a way that no edit of its text mends: the name must be another one, so nothing is in force.
    if (!BRAND_NAME.test(brand)) return { ...base, errors: [fault(`The file's name ${BRAND_NAME_RULE}`)] };
    const errors = await this.#errorsOrProfile(file);
    return Array.isArray(errors)
      ? { ...base, errors, profile: held?.profile }
      : { ...base, errors: [], profile: errors };
  }

  async #errorsOrProfile({ file, stem, refusal }: ProfileFile): Promise<BrandFile["errors"] | BrandProfile> {
    if (refusal !== undefined) return [fault(`The file ${refusal}`)];
    let read: ReturnType<typeof readProfile>;
    try {
      read = readProfile(await readProfileText(this.#folder, file));
    } catch (error) {
      return [fault(`The file cannot be read: ${messageOf(error)}`)];
    }
    if ("errors" in read) return read.errors;
    if (read.profile.brand === stem) return read.profile;
    return [{
      ...read.placeOf(["brand"]),
      path: "brand",
      message: `must be the name of its file, "${stem}"`,
    }];
  }

  /** Forgets files that have been gone for a while; looks again for those that have just gone. */
  #dropGone(there: ReadonlySet<string>): string[] {
    const gone: string[] = [];
    const nowMs = performance.now();
    for (const [file, held] of this.#files) {
      if (there.has(file)) continue;
      held.goneSinceMs ??= nowMs;
      if (nowMs - held.goneSinceMs < this.#goneMs) {
        this.#watch.soon();
        continue;
      }
      this.#files.delete(file);
      gone.push(held.brand);
    }
    return gone;
  }

  #announce(changed: readonly string[]): void {
    this.#byBrand = new Map();
    for (const held of [...this.#files.values()].sort((a, b) => a.file < b.file ? -1 : 1)) {
      if (!this.#byBrand.has(held.brand)) this.#byBrand.set(held.brand, held);
    }
    const profiles = [...this.#byBrand.values()].flatMap(({ profile }) => profile ?? []);
    this.#hosts = new HostIndex(profiles);
    for (const listener of this.#listeners) {
      try {
        listener(changed);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

function fault(message: string): BrandFile["errors"][number] {
  return { line: 1, column: 1, path: "", message };
}

function asBrandFile({ brand, file, profile, errors, loadedMs }: Held): BrandFile {
  return { brand, file, profile, errors, loadedMs };
}
