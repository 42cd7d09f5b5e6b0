export { MAX_PROFILE_CHARS, type ProfileError, type ReadProfile, readProfile } from "./read_profile.ts";
export { BrandRegistry, type BrandRegistryOptions } from "./registry.ts";
export { isOfBrand, scrapeOptionsOf } from "./scrape_options.ts";
export type { BrandFile, BrandProfile, Brands, BrandScrapeOptions } from "./port.ts";
