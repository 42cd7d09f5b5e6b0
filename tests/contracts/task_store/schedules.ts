import { assertEquals, assertRejects } from "@std/assert";
import { ServiceError } from "../../../src/platform/errors.ts";
import { type ContractTest, newTask } from "./bench.ts";

/** Schedules as the store keeps them. */
export function schedules(test: ContractTest): void {
  test("putSchedule() makes and replaces, schedules() lists by id, removeSchedule() forgets", async (at) => {
    const [b, a] = [{ id: "b", specJson: "{}", nextMs: 5 }, { id: "a", specJson: '{"x":1}' }];
    await at.store.putSchedule(b);
    await at.store.putSchedule(a);
    assertEquals(await at.store.schedules(), [a, b]);
    await at.store.putSchedule({ id: "b", specJson: "[]" });
    assertEquals(await at.store.schedules(), [a, { id: "b", specJson: "[]" }]);
    assertEquals([await at.store.removeSchedule("a"), await at.store.removeSchedule("a")], [true, false]);
    assertEquals((await at.store.schedules()).length, 1);
  });

  test("fireSchedule() fires a slot once: the task and the next slot, or nothing", async (at) => {
    await at.store.putSchedule({ id: "s", specJson: "{}", nextMs: 100 });
    const fire = () => {
      const task = newTask({ scheduleId: "s" });
      return at.store.fireSchedule({
        schedule: { id: "s", specJson: '{"fired":1}', nextMs: 200 },
        expectedNextMs: 100,
        task,
      });
    };
    assertEquals(await Promise.all([fire(), fire(), fire()]), ["fired", "changed", "changed"]);
    assertEquals(await at.store.schedules(), [{ id: "s", specJson: '{"fired":1}', nextMs: 200 }]);
    assertEquals(at.store.snapshot().accepted, 1);
    const [task] = await at.store.list({ limit: 9 });
    assertEquals([task?.scheduleId, task?.status], ["s", "queued"]);
  });

  test("fireSchedule() of a schedule that is gone or off accepts nothing", async (at) => {
    const schedule = { id: "s", specJson: "{}", nextMs: 200 };
    const fire = () => at.store.fireSchedule({ schedule, expectedNextMs: 100, task: newTask() });
    assertEquals(await fire(), "changed");
    await at.store.putSchedule({ id: "s", specJson: "{}" });
    assertEquals(await fire(), "changed");
    assertEquals([at.store.snapshot().accepted, (await at.store.schedules()).length], [0, 1]);
  });

  test("fireSchedule() without a task passes a slot over, and may be the last", async (at) => {
    await at.store.putSchedule({ id: "s", specJson: "{}", nextMs: 100 });
    assertEquals(
      await at.store.fireSchedule({ schedule: { id: "s", specJson: "{}" }, expectedNextMs: 100 }),
      "fired",
    );
    assertEquals(await at.store.schedules(), [{ id: "s", specJson: "{}" }]);
    assertEquals(at.store.snapshot().accepted, 0);
  });

  test("fireSchedule() rejects where its task is refused, and changes nothing", async (at) => {
    const dedup = { key: "k", mode: "reject" } as const;
    const first = await at.put({ dedup });
    const stored = { id: "s", specJson: "{}", nextMs: 100 };
    await at.store.putSchedule(stored);
    const schedule = { id: "s", specJson: "{}", nextMs: 200 };
    for (const task of [newTask({ dedup }), newTask({ id: first })]) {
      await assertRejects(
        () => at.store.fireSchedule({ schedule, expectedNextMs: 100, task }),
        ServiceError,
      );
    }
    assertEquals((await at.store.list({ limit: 9 })).map(({ id }) => id), [first]);
    assertEquals(await at.store.schedules(), [stored]);
    assertEquals(await at.store.fireSchedule({ schedule, expectedNextMs: 100 }), "fired");
  });
}
