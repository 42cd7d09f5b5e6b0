import type { BrandFile, BrandProfile, Brands } from "../../src/brands/port.ts";

/** A profile with every word it must have, and what a test is about. */
export function brandProfile(brand: string, own: Partial<BrandProfile> = {}): BrandProfile {
  return {
    brand,
    hosts: [`${brand}.example`],
    startUrls: [`https://${brand}.example/`],
    include: [],
    exclude: [],
    sitemap: "include",
    maxDepth: 3,
    maxPages: 200,
    politeness: {},
    freshness: { minIntervalS: 3600, maxIntervalS: 86_400 },
    render: "never",
    index: true,
    ...own,
  };
}

/** Brand profiles in memory. */
export class FakeBrands implements Brands {
  readonly profiles = new Map<string, BrandProfile>();

  add(profile: BrandProfile): void {
    this.profiles.set(profile.brand, profile);
  }

  list(): BrandFile[] {
    return [...this.profiles.values()].map(fileOf);
  }

  get(brand: string): BrandFile | undefined {
    const profile = this.profiles.get(brand);
    return profile && fileOf(profile);
  }

  profile(brand: string): BrandProfile | undefined {
    return this.profiles.get(brand);
  }

  politenessOf(): undefined {}
}

function fileOf(profile: BrandProfile): BrandFile {
  return { brand: profile.brand, file: `${profile.brand}.yaml`, profile, errors: [], loadedMs: 1000 };
}
