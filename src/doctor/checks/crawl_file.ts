import { join } from "node:path";
import { fail, ok, warn } from "../finding.ts";
import { damage, openCopy, versionOf } from "../file_copy.ts";
import type { Check } from "../ground.ts";

const CHECK = "crawl file";

/** The file of crawls can be read, and no crawl that runs has nothing to do. */
export const crawlFile: Check = {
  name: CHECK,
  run: async ({ config, service, versions }) => {
    if (service !== undefined) {
      await service.get("/api/crawl?limit=1");
      return [ok(CHECK, "the service reads it")];
    }
    using copy = await openCopy(join(config.DATA_DIR, "crawls.db"));
    if (copy === undefined) return [ok(CHECK, "there are no crawls yet")];
    const { db } = copy;
    const damaged = damage(db);
    if (damaged.length > 0) {
      return [fail(CHECK, `crawls.db is damaged: ${damaged[0]}`, "restore a backup of it")];
    }
    const version = versionOf(db);
    if (version > versions.crawls) {
      return [
        fail(
          CHECK,
          `crawls.db is of a newer release (version ${version})`,
          "run that release, or a newer one",
        ),
      ];
    }
    if (version < versions.crawls) {
      return [
        warn(CHECK, `crawls.db is of an earlier release (version ${version})`, "the next start changes it"),
      ];
    }
    const { crawls, running } = db.prepare(
      "SELECT count(*) AS crawls, coalesce(sum(status = 'running'), 0) AS running FROM crawls",
    ).get() as { crawls: number; running: number };
    const stuck = db.prepare(
      "SELECT id FROM crawls c WHERE status = 'running' AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.crawl = c.no " +
        "AND p.state IN ('waiting', 'active'))",
    ).all() as { id: string }[];
    if (stuck.length > 0) {
      const names = stuck.slice(0, 3).map(({ id }) => id).join(", ");
      return [warn(CHECK, `${names} runs and has no page to do`, "the next start ends it")];
    }
    return [ok(CHECK, `${crawls} crawls, ${running} to be gone on with`)];
  },
};
