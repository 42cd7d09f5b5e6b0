import { ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";

const CHECK = "service";

/** Whether a service answers on HOST:PORT. It need not: then its files are looked at instead. */
export const running: Check = {
  name: CHECK,
  run: async ({ config, service }) => {
    if (service === undefined) {
      return [ok(CHECK, `none answers on ${config.HOST}:${config.PORT}: its files are looked at`)];
    }
    const { status, uptime_s: uptimeS } = await service.get<{ status: string; uptime_s: number }>(
      "/api/system/status",
    );
    const message = `${service.version} on ${service.url}, up ${Math.round(uptimeS)} s: ${status}`;
    return [status === "ok" ? ok(CHECK, message) : warn(CHECK, message, "GET /health names the component")];
  },
};
