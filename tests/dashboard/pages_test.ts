import { assert, assertEquals } from "@std/assert";
import { type ServiceProcess, startService } from "../e2e/service_process.ts";
import { lacks } from "../needs.ts";
import { openPage, type TestPage } from "./browser.ts";

const queue = async (service: ServiceProcess, delayS: number): Promise<string> => {
  const { body } = await service.json<{ task_id: string }>(`/api/test/task?delay=${delayS}`, {
    method: "POST",
  });
  return body.task_id;
};

const state = async (service: ServiceProcess, id: string): Promise<string> =>
  (await service.json<{ status: string }>(`/api/tasks/${id}`)).body.status;

/** Waits until a tile shows a number, and gives how long that took from when it was asked. */
async function tileShows({ page }: TestPage, tile: string, text: string): Promise<number> {
  const beganMs = performance.now();
  await page.waitForFunction(
    (tile, text) => document.querySelector(`[data-tile="${tile}"]`)?.textContent === text,
    { polling: 10 },
    tile,
    text,
  );
  return performance.now() - beganMs;
}

Deno.test({
  name: "the dashboard in a browser",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async (t) => {
    await using service = await startService({ env: { WORKERS: "2" } });
    await using it = await openPage();
    const { page } = it;

    await t.step("the overview is live within a second of a change", async () => {
      await page.goto(service.url);
      await tileShows(it, "running", "0");
      const id = await queue(service, 60);
      assert(await tileShows(it, "running", "1") < 1000);
      await it.sees(".worker", id);
      await service.json(`/api/tasks/${id}`, { method: "DELETE" });
      assert(await tileShows(it, "running", "0") < 1000);
      await it.sees(".live", "Live");
      assertEquals((await page.$$(".chart canvas")).length, 6);
    });

    await t.step("a task that comes is in the list by itself, and changes there", async () => {
      await it.press("Tasks");
      await it.sees("h1", "Tasks");
      const id = await queue(service, 1);
      await it.sees(`[data-task="${id}"]`, "running");
      await it.sees(`[data-task="${id}"]`, "completed");
    });

    await t.step("filters stand in the address, and hold again when it is opened", async () => {
      await page.select('select[aria-label="Status"]', "completed");
      await page.waitForFunction(() => location.search === "?status=completed");
      await page.waitForFunction(() =>
        !document.querySelector(".task-table")?.textContent?.includes("cancelled")
      );
      await page.reload();
      await it.sees(".task-row", "completed");
      assertEquals(
        await page.$eval('select[aria-label="Status"]', (each) => (each as HTMLSelectElement).value),
        "completed",
      );
      assert(!(await it.text(".task-table")).includes("cancelled"));
    });

    await t.step("a task's page tells input, result and what happened", async () => {
      const id = await queue(service, 0);
      await page.goto(`${service.url}/tasks`);
      await page.type('input[type="search"]', id);
      await page.keyboard.press("Enter");
      await it.sees("h1", id);
      await it.sees(".timeline", /queued.*running.*completed/s);
      await it.sees("pre", '"delay_s": 0');
    });

    await t.step("cancel asks once; retry runs it again", async () => {
      const id = await queue(service, 60);
      await page.goto(`${service.url}/tasks/${id}`);
      await it.sees(".task-state", "running");
      await it.press("Cancel…");
      await it.press("Leave it", { within: "dialog" });
      assertEquals([await page.$("dialog"), await state(service, id)], [null, "running"]);
      await it.press("Cancel…");
      await it.press("Cancel the task", { within: "dialog" });
      await it.sees(".task-state", "cancelled");
      await it.press("Retry");
      await it.sees(".task-state", "running");
      await service.json(`/api/tasks/${id}`, { method: "DELETE" });
      await it.sees(".task-state", "cancelled");
    });

    await t.step("many at once: counted first, done when agreed to", async () => {
      await service.json("/api/queue/pause", { method: "POST" });
      const ids = await Promise.all([1, 2, 3].map(() => queue(service, 60)));
      await page.goto(`${service.url}/tasks?status=queued`);
      await it.sees(".task-table", ids[0]!);
      await it.press("Cancel…");
      await it.sees("dialog", /names 3 tasks; all of them would be cancelled/);
      assertEquals(await state(service, ids[0]!), "queued");
      await it.press("Cancel 3", { within: "dialog" });
      await it.sees(".toast", "3 tasks cancelled");
      assertEquals(await Promise.all(ids.map((id) => state(service, id))), Array(3).fill("cancelled"));
      await it.sees(".state-title", "No task fits");
    });

    await t.step("the priority of what waits is changed", async () => {
      const id = await queue(service, 0);
      await page.goto(`${service.url}/tasks/${id}`);
      await page.waitForSelector('select[aria-label="Priority"]');
      await page.select('select[aria-label="Priority"]', "9");
      await it.sees(".toast", "Priority is 9");
      assertEquals((await service.json(`/api/tasks/${id}`)).body.priority, 9);
    });

    await t.step("the queue is resumed from the overview", async () => {
      await page.goto(service.url);
      await it.press("Resume queue");
      await it.sees(".button", "Pause queue");
      assertEquals((await service.json("/api/tasks/queue/status")).body.paused, false);
    });

    await t.step("by the keyboard alone: to a task, and to its end", async () => {
      const id = await queue(service, 60);
      await queue(service, 60); // a newer one, so that there is a row to step over
      await page.goto(service.url);
      await it.sees("h1", "Overview");
      await it.tabTo(/^Tasks$/);
      await page.keyboard.press("Enter");
      await it.sees(`[data-task="${id}"]`, "running");
      await page.keyboard.press("/");
      assertEquals(await it.focused(), "Find a task by its id");
      await it.tabTo(/^test_none_/);
      await page.keyboard.press("ArrowDown");
      assertEquals(await it.focused(), id);
      await page.keyboard.press("Enter");
      await it.sees("h1", id);
      await it.tabTo(/^Cancel…$/);
      await page.keyboard.press("Enter");
      await it.sees("dialog", "Cancel this task?");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector("dialog") === null);
      await page.waitForFunction(() => document.activeElement?.textContent === "Cancel…"); // where it was
      await page.keyboard.press("Enter");
      await it.tabTo(/^Cancel the task$/, { most: 5 });
      await page.keyboard.press("Enter");
      await it.sees(".task-state", "cancelled");
    });

    await t.step("what is not there is said", async () => {
      const before = it.complaints.length;
      await page.goto(`${service.url}/tasks/no-such-task`);
      await it.sees(".state-title", "There is no such task");
      it.complaints.splice(before); // the browser tells of the 404
    });

    await t.step("offline is said, what was there stays, and it comes back by itself", async () => {
      await page.goto(service.url);
      await it.sees(".live", "Live");
      const before = it.complaints.length;
      await page.setOfflineMode(true);
      await it.sees(".offline", "No connection");
      await it.sees(".live", "Offline");
      assert(await page.$('[data-tile="running"]') !== null);
      await page.setOfflineMode(false);
      await it.sees(".live", "Live");
      await page.waitForFunction(() => document.querySelector(".offline") === null);
      it.complaints.splice(before);
    });

    await t.step("the theme is switched and kept", async () => {
      const background = () =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const dark = await background();
      await page.click('button[aria-label^="Theme: auto"]');
      await page.waitForSelector('button[aria-label^="Theme: light"]');
      assert(await background() !== dark);
      await page.reload();
      await page.waitForSelector('button[aria-label^="Theme: light"]');
      assert(await background() !== dark);
    });

    assertEquals(it.complaints, []);
  },
});
