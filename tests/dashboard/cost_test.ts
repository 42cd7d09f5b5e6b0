import { assert } from "@std/assert";
import { startService } from "../e2e/service_process.ts";

const READERS = 5;
const LOOK_MS = 6000;

/** CPU milliseconds a process has used. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10; // in ticks of a hundredth
}

async function costOf(pid: number): Promise<number> {
  const before = await cpuMs(pid);
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return await cpuMs(pid) - before;
}

Deno.test({
  name: `${READERS} tabs of the dashboard cost less than 3 % of a core`,
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using service = await startService();
    const idleMs = await costOf(service.pid);
    const decoder = new TextDecoder();
    let messages = 0;
    const readers = await Promise.all(Array.from({ length: READERS }, async () => {
      const { body } = await fetch(`${service.url}/api/events?only=stats`);
      return body!.getReader();
    }));
    const read = readers.map(async (reader) => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        messages += decoder.decode(value).split("event: stats").length - 1;
      }
    });
    const watchedMs = await costOf(service.pid);
    for (const reader of readers) await reader.cancel();
    await Promise.all(read);
    assert(messages >= READERS * (LOOK_MS / 1000 - 1), `${messages} messages`);
    const share = (watchedMs - idleMs) / LOOK_MS;
    assert(share < 0.03, `${(share * 100).toFixed(1)} %`);
  },
});
