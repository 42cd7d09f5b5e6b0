import { messageOf } from "../../platform/errors.ts";
import { fail, ok } from "../finding.ts";
import type { Check } from "../ground.ts";

const CHECK = "browser";
const TIMEOUT_MS = 10_000;

/** What CHROMIUM_PATH names starts and says its version. */
export const browser: Check = {
  name: CHECK,
  run: async ({ config: { CHROMIUM_PATH: path } }) => {
    if (path === undefined) return [ok(CHECK, "none: pages are read without one")];
    const help =
      "set CHROMIUM_PATH to a Chromium this user may run (Debian: apt install chromium), or unset it";
    try {
      const { success, stdout, stderr } = await new Deno.Command(path, {
        args: ["--version"],
        stdin: "null",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n")[0]!;
      return [success ? ok(CHECK, text(stdout)) : fail(CHECK, `${path} fails: ${text(stderr)}`, help)];
    } catch (error) {
      return [fail(CHECK, `${path} cannot be run: ${messageOf(error)}`, help)];
    }
  },
};
