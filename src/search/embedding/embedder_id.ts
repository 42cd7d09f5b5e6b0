import { createHash } from "node:crypto";

/** Collections bear the id in their name, beside generation and language, and a name has 63 letters at most. */
const MAX_LENGTH = 40;

/**
 * A name made of a kind and what tells two models of that kind apart: `[a-z0-9._-]`, at most 40 letters, the same for the
 * same model at each start. Where cleaning would make two models one, eight letters of a hash keep them two.
 */
export function embedderId(kind: string, model: string, ...versions: string[]): string {
  const clean = model.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "-").replaceAll(/-{2,}/g, "-").replace(
    /^[-._]/,
    "",
  );
  const whole = `${kind}-${clean}`;
  if (clean === model && versions.length === 0 && whole.length <= MAX_LENGTH && /[a-z0-9]$/.test(whole)) {
    return whole;
  }
  const hash = createHash("sha256").update([model, ...versions].join("\0")).digest("hex").slice(0, 8);
  return `${whole.slice(0, MAX_LENGTH - 9)}-${hash}`;
}
