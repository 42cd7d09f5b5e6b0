// plainjob on better-sqlite3, in process on Node: no threads, no retries, `synchronous = NORMAL` (its own setting: a
// power cut may lose what it had said was done).
import { action, answer, bulkPerS, ratePerS, settings, stopwatch } from "./lib.mjs";

const { default: Database } = await import("better-sqlite3");
const { better, defineQueue, defineWorker } = await import("plainjob");
const quiet = { error() {}, warn() {}, info() {}, debug() {} };
const queue = defineQueue({ connection: better(new Database(`${settings.folder}/queue.db`)), logger: quiet });
const data = { delay_s: 0 };
const addMany = (count) => queue.addMany("test", Array.from({ length: count }, () => data));

const actions = {
  async enqueue({ count }) {
    return {
      byCallers: { 1: await ratePerS(count, 1, () => queue.add("test", data)) },
      bulk: await bulkPerS(count, addMany),
    };
  },

  async drain({ count }) {
    await bulkPerS(count, addMany);
    const watch = stopwatch(count);
    const worker = defineWorker("test", () => watch.started(), {
      queue,
      logger: quiet,
      onCompleted: () => watch.ended(),
    });
    void worker.start();
    return { perS: await watch.perS };
  },
};

answer(await actions[action](settings));
