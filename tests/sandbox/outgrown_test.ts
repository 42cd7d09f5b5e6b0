import { assert, assertEquals } from "@std/assert";
import { residentMb } from "../../src/sandbox/resident_memory.ts";
import { ThreadWatch } from "../../src/sandbox/thread_watch.ts";

const base = { userAgent: "x", heapMb: 256, cpuMs: 60_000, maxUses: 1000, ports: [], allowPrivateHosts: [] };

/** A watch over this very process, which it is told has such a limit. */
async function watched(limitOfOwn: number, work: { busy: boolean }) {
  const killed: string[] = [];
  const watch = new ThreadWatch({
    pid: Deno.pid,
    kind: "page",
    isReady: () => true,
    isBusy: () => work.busy,
    isIdle: () => !work.busy,
    ping: () => watch.heard(),
    kill: (verdict) => killed.push(verdict),
  }, { ...base, rssMb: await residentMb(Deno.pid) * limitOfOwn });
  return { watch, killed, [Symbol.asyncDispose]: () => watch.stop() };
}

/** Sooner than the look that a busy child gets every five seconds by itself. */
async function until(holds: () => boolean, withinMs = 4000): Promise<void> {
  for (let i = 0; i < withinMs / 50 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert(holds());
}

/** A page that holds the thread long enough to be measured after it. */
async function longPage(watch: ThreadWatch): Promise<void> {
  watch.beginSection(1, true);
  await new Promise((resolve) => setTimeout(resolve, 300));
  watch.endSection();
}

Deno.test("a child that a page has left large takes no more pages, and goes when those in it have gone", async () => {
  const work = { busy: true };
  await using it = await watched(1.6, work);
  await longPage(it.watch);
  await until(() => it.watch.retired);
  assertEquals(it.killed, []);
  work.busy = false;
  await until(() => it.killed.length > 0);
  assertEquals(it.killed[0], "ended");
});

Deno.test("what earlier pages left behind is not laid at the door of one that merely waits for its site", async () => {
  await using it = await watched(0.5, { busy: true });
  await longPage(it.watch);
  // Retired first, then ended for nobody's fault: whoever is in it begins again elsewhere.
  await until(() => it.killed.length > 0, 15_000);
  assertEquals(it.killed[0], "ended");
});

Deno.test("the page that holds the thread while memory is beyond the limit is the culprit", async () => {
  await using it = await watched(0.5, { busy: true });
  it.watch.beginSection(1, true);
  await until(() => it.killed.length > 0);
  assertEquals(it.killed[0], "out_of_memory");
});

Deno.test("a child of ordinary size stays when it has nothing to do, and so does one that has done nothing", async () => {
  const work = { busy: true };
  await using it = await watched(8, work);
  await using fresh = await watched(3, { busy: false });
  await new Promise((resolve) => setTimeout(resolve, 250));
  work.busy = false;
  await new Promise((resolve) => setTimeout(resolve, 2600));
  assertEquals([it.watch.retired, it.killed, fresh.watch.retired], [false, [], false]);
});

Deno.test("a child with nothing in hand goes at half the size at which a busy one does", async () => {
  const work = { busy: true };
  await using it = await watched(3, work);
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(it.watch.retired, false);
  work.busy = false;
  await until(() => it.killed.length > 0);
  assertEquals([it.watch.retired, it.killed[0]], [true, "ended"]);
});
