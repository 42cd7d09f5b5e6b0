import { acceptance } from "./task_store/acceptance.ts";
import { batches } from "./task_store/batches.ts";
import { Bench, type ContractTest, type StoreFactoryOptions, type StoreFixture } from "./task_store/bench.ts";
import { bulk } from "./task_store/bulk.ts";
import { cancels } from "./task_store/cancels.ts";
import { claims } from "./task_store/claims.ts";
import { clocks } from "./task_store/clocks.ts";
import { dedup } from "./task_store/dedup.ts";
import { dependencies } from "./task_store/dependencies.ts";
import { ends } from "./task_store/ends.ts";
import { expiry } from "./task_store/expiry.ts";
import { fairness } from "./task_store/fairness.ts";
import { limits } from "./task_store/limits.ts";
import { onComplete } from "./task_store/on_complete.ts";
import { reads } from "./task_store/reads.ts";
import { removal } from "./task_store/removal.ts";
import { reprioritize } from "./task_store/reprioritize.ts";
import { schedules } from "./task_store/schedules.ts";
import { TestClock } from "./task_store/test_clock.ts";
import { waitingClaims } from "./task_store/waiting_claims.ts";
import { walk } from "./task_store/walk.ts";
import { webhooks } from "./task_store/webhooks.ts";
import { followUps } from "./task_store/follow_ups.ts";

export { newTask } from "./task_store/bench.ts";
export type { StoreFactoryOptions, StoreFixture } from "./task_store/bench.ts";
export { TestClock } from "./task_store/test_clock.ts";

/** The suite every adapter of `TaskStore` passes, each test on a store of its own. */
export function taskStoreContract(
  name: string,
  open: (options: StoreFactoryOptions) => Promise<StoreFixture> | StoreFixture,
): void {
  const test: ContractTest = (behaviour, body, options = {}) =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const hand = new TestClock();
      const { agingMs = 60_000, clock = hand } = options;
      await using fixture = await open({ agingMs, clock });
      const bench = new Bench(fixture, hand);
      await body(bench);
      bench.balanced();
    });
  const parts = [
    acceptance,
    batches,
    bulk,
    cancels,
    claims,
    clocks,
    dedup,
    dependencies,
    ends,
    expiry,
    fairness,
    limits,
    onComplete,
    reads,
    removal,
    reprioritize,
    schedules,
    waitingClaims,
    walk,
    webhooks,
    followUps,
  ];
  for (const part of parts) part(test);
}
