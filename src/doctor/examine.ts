import { messageOf } from "../platform/errors.ts";
import { FileInUseError } from "./file_copy.ts";
import { fail, type Finding, warn } from "./finding.ts";
import type { Check, Ground } from "./ground.ts";

/** Every check in its order, whatever another one finds or throws. */
export async function examine(ground: Ground, checks: readonly Check[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, run } of checks) {
    try {
      findings.push(...await run(ground));
    } catch (error) {
      findings.push(
        error instanceof FileInUseError
          ? warn(
            name,
            error.message,
            "a service uses it that does not answer here: run the doctor with its HOST, PORT and API_KEYS",
          )
          : fail(name, messageOf(error), "see the message; LOG_DIR/app.log may say more"),
      );
    }
  }
  return findings;
}
