import { assertEquals } from "@std/assert";
import { type Bench, type ContractTest, newTask } from "./bench.ts";

/** Claims `count` one by one and gives the keys they were put under. */
async function served(at: Bench, count: number): Promise<string> {
  let keys = "";
  for (let i = 0; i < count; i++) keys += (await at.task((await at.claimOne()).taskId)).fairnessKey;
  return keys;
}

function many(count: number, fairnessKey: string, priority = 5) {
  return Array.from({ length: count }, () => newTask({ fairnessKey, priority }));
}

/** Turns of fairness keys within a priority. */
export function fairness(test: ContractTest): void {
  test("fairness keys of one priority take turns, each first in, first out", async (at) => {
    const [a, b, c] = [many(4, "a"), many(2, "b"), many(1, "c")];
    await at.enqueue({ tasks: [...a, ...b, ...c] });
    const claimed = await at.claimIds(10);
    assertEquals(claimed, [a[0], b[0], c[0], a[1], b[1], a[2], a[3]].map((task) => task!.id));
  });

  test("one claim of many and many of one serve the keys alike", async (at) => {
    await at.enqueue({ tasks: [...many(5, "a"), ...many(3, "b")] });
    assertEquals(await served(at, 3), "aba");
    await at.enqueue({ tasks: many(2, "c") });
    assertEquals(await served(at, 7), "babcaca");
  });

  test("a thousand tasks of one key do not delay another key's one", async (at) => {
    await at.enqueue({ tasks: many(1000, "big") });
    await at.claim(10);
    const one = newTask({ fairnessKey: "small" });
    await at.enqueue({ tasks: [one] });
    assertEquals((await at.claimIds(2)).includes(one.id), true);
  });

  test("a key that comes back has saved up nothing", async (at) => {
    await at.enqueue({ tasks: many(8, "a") });
    assertEquals(await served(at, 4), "aaaa");
    await at.enqueue({ tasks: many(3, "b") });
    assertEquals(await served(at, 7), "abababa");
  });

  test("the brand is the key of a task without one, and none is a key too", async (at) => {
    const tasks = [
      newTask({ brand: "x" }),
      newTask({ brand: "x" }),
      newTask(),
      newTask(),
      newTask({ fairnessKey: "x" }),
    ];
    await at.enqueue({ tasks });
    assertEquals(await at.claimIds(5), [0, 2, 1, 3, 4].map((i) => tasks[i]!.id));
  });

  test("priority goes before fairness, and every priority has turns of its own", async (at) => {
    await at.enqueue({
      tasks: [...many(2, "a", 1), ...many(1, "b", 1), ...many(2, "a", 9), ...many(1, "b", 9)],
    });
    assertEquals(await served(at, 6), "abaaba");
  });

  test("a key that may not run is served next when it may, and has saved up no more than a turn", async (at) => {
    await at.store.setPaused(true, "k");
    const held = Array.from({ length: 2 }, () => newTask({ fairnessKey: "h", limitKeys: ["k"] }));
    await at.enqueue({ tasks: [...held, ...many(6, "a"), ...many(6, "b")] });
    assertEquals(await served(at, 4), "abab");
    await at.store.setPaused(false, "k");
    // One turn to make up, and then it is the oldest of those that are level; what it missed before is gone.
    assertEquals(await served(at, 6), "hhabab");
  });

  test("a request that is refused leaves the turns as they are", async (at) => {
    const first = many(4, "a");
    await at.enqueue({ tasks: [...first, ...many(4, "b")] });
    assertEquals(await served(at, 1), "a");
    const refused = await at.store.enqueue({ tasks: [newTask(), first[1]!] });
    assertEquals(refused.kind, "conflict");
    assertEquals(await served(at, 2), "ba");
    await at.store.enqueue({ tasks: [newTask({ dependsOn: ["nobody"] })] });
    assertEquals(await served(at, 2), "ba");
  });

  test("a released task's key stands where a new one would", async (at) => {
    await at.enqueue({ tasks: [...many(1, "a"), ...many(3, "b")] });
    const first = await at.claimOne();
    assertEquals(await served(at, 2), "bb");
    await at.release(first);
    assertEquals(await served(at, 2), "ab");
  });
}
