import { type Finding, ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";

const CHECK = "brand profiles";

/** Each file of the folder says what a profile may say. */
export const brandProfiles: Check = {
  name: CHECK,
  run: async ({ brands }) => {
    const files = await brands();
    const wrong = files.filter(({ errors }) => errors.length > 0);
    const right = files.length - wrong.length;
    const findings: Finding[] = wrong.map(({ file, errors }) => {
      const [{ line, column, path, message }] = errors as [typeof errors[number]];
      const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
      return warn(
        CHECK,
        `${file}:${line}:${column} ${path} ${message}${more}`,
        "correct the file; POST /api/brands/preview tries it on a page",
      );
    });
    if (right > 0 || wrong.length === 0) findings.unshift(ok(CHECK, right === 0 ? "none" : `${right} right`));
    return findings;
  },
};
