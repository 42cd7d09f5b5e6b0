import { assert, assertEquals } from "@std/assert";
import { articlePage } from "../fakes/site.ts";
import { hostileCases } from "./hostile_cases.ts";
import { type FamilyUse, familyUse } from "./process_family.ts";
import { page, startRawSite } from "./raw_site.ts";
import { startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  attempts: number;
  error?: { code: string; message: string };
  run_ms?: number;
}

/** Cases met in a row, each of them at least once; `HOSTILE_CASES=1000` is the long version. */
const CASES = Number(Deno.env.get("HOSTILE_CASES") ?? 100);
const TIMEOUT_MS = 3000;
/** A second after its time each must be over; three where other tests have the cores too. */
const LATE_MS = Number(Deno.env.get("HOSTILE_LATE_MS") ?? 3000);
/** Cases under way at once: enough to have neighbours in each sandbox, few enough for two cores. */
const AT_ONCE = 6;

Deno.test("a hostile site gets a word for each of its ways, in time, and nothing of it stays", async () => {
  const cases = await hostileCases();
  const good = page(articlePage("Good"));
  // `/7/whatever` is case 7 too, for those that lead on.
  await using site = startRawSite((path) => path === "/good" ? good : cases[parseInt(path.slice(1))]?.reply);
  await using service = await startService({
    env: {
      ALLOW_PRIVATE_HOSTS: site.host,
      WORKERS: "2",
      HOST_CONCURRENCY: "64",
      SCRAPE_MAX_BYTES: "10485760",
    },
  });
  const scrape = async (path: string, options: Record<string, unknown> = {}) => {
    const { body, status } = await service.json<Task & { detail?: string }>("/api/tasks/scrape/async", {
      method: "POST",
      body: JSON.stringify({ url: site.url + path, timeout_ms: TIMEOUT_MS, max_attempts: 1, ...options }),
    });
    if (status === 422) {
      return { ...body, status: "failed", attempts: 1, error: { code: "invalid_input", message: "" } };
    }
    assertEquals(status, 202, `${path}: ${body.detail}`);
    while (true) {
      const { body: task } = await service.json<Task>(`/api/tasks/${body.task_id}?wait_s=30`);
      if (task.status === "completed" || task.status === "failed") return task;
    }
  };
  const beside = async () => {
    const task = await scrape("/good", { timeout_ms: 20_000 });
    assertEquals([task.status, task.attempts, task.error?.message], ["completed", 1, undefined]);
  };
  // Every kind of reader loaded, in every worker.
  await Promise.all(Array.from({ length: 8 }, beside));
  const before = await familyUse(service.pid);

  const wrong: string[] = [];
  let met = 0;
  const lane = async () => {
    while (met < CASES) {
      const index = met++ % cases.length;
      const { name, outcomes, options } = cases[index]!;
      const task = await scrape(`/${index}`, options);
      const outcome = task.status === "failed" ? task.error!.code : task.status;
      if (!outcomes.includes(outcome)) wrong.push(`${name}: ${outcome} (${task.error?.message})`);
      if (task.run_ms! > TIMEOUT_MS + LATE_MS) wrong.push(`${name}: took ${task.run_ms} ms`);
      if (Deno.env.has("HOSTILE_VERBOSE")) console.log(name, outcome, task.run_ms, task.error?.message);
      if (met % 10 === 0) await beside();
      if (met % 50 === 0 && Deno.env.has("HOSTILE_VERBOSE")) {
        console.log(met, JSON.stringify(await familyUse(service.pid)));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  assertEquals(wrong, []);

  // What the network and the children hold is let go within moments of the last answer: a child that has grown makes
  // room for another when it has had nothing to do for two seconds.
  const spare = {
    // The service's own log, database and cache files come and go.
    descriptors: before.descriptors + 12,
    // Its heap has been grown by results of 8 MB, several at a time, in three isolates; V8 gives back little of that.
    ownMb: before.eachMb[0]! + 700,
    // A child that has read something keeps up to a quarter of its 768 MB, and there are two for each worker.
    childrenMb: 4 * 200,
  };
  const use = () => familyUse(service.pid);
  const isBack = ({ processes, descriptors, eachMb: [ownMb, ...children] }: FamilyUse) =>
    processes <= before.processes && descriptors <= spare.descriptors && ownMb! <= spare.ownMb &&
    children.reduce((sum, mb) => sum + mb, 0) <= spare.childrenMb;
  let after = await use();
  for (let i = 0; i < 100 && !isBack(after); i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    after = await use();
  }
  if (Deno.env.has("HOSTILE_VERBOSE")) console.log(JSON.stringify({ before, after, met }));
  assert(isBack(after), JSON.stringify({ before, after, met }));
  await beside();
});
