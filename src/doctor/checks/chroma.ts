import type { VectorDatabaseState } from "../../search/database_port.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";

const CHECK = "chroma";

/** Chroma answers: to the service, or to the doctor where none runs. */
export const chroma: Check = {
  name: CHECK,
  run: async ({ config, service, chroma }) => {
    if (config.CHROMA_URL === "off") return [ok(CHECK, "off: no search")];
    const state = service === undefined ? (await chroma()).state : (await service.get<
      { components: { chromadb: VectorDatabaseState } }
    >("/api/system/status")).components.chromadb;
    return [findingOf(state)];
  },
};

function findingOf({ status, mode, version, reason = "", restarts }: VectorDatabaseState): Finding {
  switch (status) {
    case "off":
      return ok(CHECK, "off: no search");
    case "connected": {
      const what = `${mode}, ${version ?? "of unknown version"}`;
      return restarts < 3 ? ok(CHECK, what) : warn(
        CHECK,
        `${what}, started again ${restarts} times`,
        "look for chromadb_unavailable in logs/app.log",
      );
    }
    case "starting":
      return warn(CHECK, "it is starting", "ask again in some seconds");
    case "unavailable":
      return warn(
        CHECK,
        reason,
        /another Tutti/.test(reason)
          ? "HOST, PORT and API_KEYS of that service let the doctor ask it"
          : "until then searches are answered by words alone (degraded)",
      );
  }
  return fail(CHECK, `its state is ${String(status)}`, "report it");
}
