import { join } from "node:path";
import { fail, ok, warn } from "../finding.ts";
import { damage, openCopy, versionOf } from "../file_copy.ts";
import type { Check } from "../ground.ts";

const CHECK = "queue books";
const REPORT = "keep a copy of DATA_DIR/queue.db* and report it: tasks may be lost or counted twice";

/** accepted = queued + delayed + running + completed + failed + cancelled; of the file itself also each of its counters. */
export const queueBooks: Check = {
  name: CHECK,
  run: async ({ config, service, verifyQueue, versions }) => {
    if (service !== undefined) {
      const { accepted, counts } = await service.get<{ accepted: number; counts: Record<string, number> }>(
        "/api/tasks/queue/status",
      );
      const sum = Object.values(counts).reduce((a, b) => a + b, 0);
      return [
        accepted === sum
          ? ok(CHECK, `${accepted} accepted, ${counts.failed} failed: they balance`)
          : fail(CHECK, `${accepted} tasks were accepted, ${sum} are there`, REPORT),
      ];
    }
    using copy = await openCopy(join(config.DATA_DIR, "queue.db"));
    if (copy === undefined) return [ok(CHECK, "there is no queue yet")];
    const { db } = copy;
    const damaged = damage(db);
    if (damaged.length > 0) {
      return [fail(CHECK, `queue.db is damaged: ${damaged[0]}`, "restore a backup of it")];
    }
    const version = versionOf(db);
    if (version > versions.queue) {
      return [
        fail(
          CHECK,
          `queue.db is of a newer release (version ${version})`,
          "run that release, or a newer one",
        ),
      ];
    }
    if (version < versions.queue) {
      return [
        warn(CHECK, `queue.db is of an earlier release (version ${version})`, "the next start changes it"),
      ];
    }
    const problems = verifyQueue(db);
    if (problems.length === 0) return [ok(CHECK, "every counter agrees with the rows")];
    return problems.slice(0, 10).map((problem) => fail(CHECK, problem, REPORT));
  },
};
