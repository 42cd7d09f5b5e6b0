import { sleep } from "../../platform/deadline.ts";
import { messageOf } from "../../platform/errors.ts";
import { probeChroma, type ProbeOptions } from "./chroma_probe.ts";
import type { WatchOptions } from "./watch_options.ts";

/**
 * Asks again and again; resolves, with the last reason, once more than `heartbeatsMissed` in a row went unanswered.
 * Rejects only when the signal aborts.
 */
export async function untilSilent(
  base: URL,
  options: Required<WatchOptions> & Pick<ProbeOptions, "headers" | "client"> & { signal: AbortSignal },
): Promise<string> {
  const { heartbeatIntervalMs, heartbeatTimeoutMs, heartbeatsMissed, headers, client, signal } = options;
  for (let missed = 0;;) {
    // A silent server is asked again sooner: the sooner it is known, the shorter the outage.
    await sleep(missed === 0 ? heartbeatIntervalMs : Math.min(heartbeatIntervalMs, 1000), { signal });
    try {
      await probeChroma(base, { timeoutMs: heartbeatTimeoutMs, headers, client, signal });
      missed = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (++missed > heartbeatsMissed) return messageOf(error);
    }
  }
}
