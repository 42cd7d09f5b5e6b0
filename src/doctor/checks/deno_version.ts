import { fail, ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";

/** What the service is built and tested on; threads' permissions and `-P` are not in Deno before 2.5. */
const TESTED = "2.9";
const LEAST = [2, 5] as const;

export const denoVersion: Check = {
  name: "deno",
  run: () => Promise.resolve([findingOf(Deno.version.deno)]),
};

/** What is to be said of a version of Deno. */
export function findingOf(version: string) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
  if (isOld) return fail("deno", `${version} is too old`, `install Deno ${TESTED} (./setup.sh does)`);
  return `${major}.${minor}` === TESTED
    ? ok("deno", version)
    : warn("deno", `${version}; the service is tested on ${TESTED}`, "./setup.sh installs that one");
}
