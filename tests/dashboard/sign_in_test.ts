import { assert, assertEquals, assertMatch } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { lacks } from "../needs.ts";
import { openPage } from "./browser.ts";

const KEY = "the-secret-of-ops";

Deno.test({
  name: "with API keys the page asks for one, keeps a cookie it cannot read, and acts by it",
  ignore: lacks("chromium"),
  sanitizeOps: false, // puppeteer's own pipes
  sanitizeResources: false,
  fn: async (t) => {
    await using service = await startService({ env: { API_KEYS: `ops:${KEY}` } });
    const headers = { authorization: `Bearer ${KEY}` };
    const { body: { task_id } } = await service.json<{ task_id: string }>("/api/test/task?delay=60", {
      method: "POST",
      headers,
    });
    await using it = await openPage();
    const { page } = it;

    await t.step("a deep link shows the form, and nothing of the service", async () => {
      await page.goto(`${service.url}/tasks/${task_id}`);
      await it.sees("h1", "Sign in");
      assertEquals(await page.$(".nav"), null);
    });

    await t.step("a wrong key is refused in words", async () => {
      await page.type('input[name="key"]', "wrong");
      await page.keyboard.press("Enter");
      await it.sees(".form-problem", "not one of this service's keys");
    });

    await t.step("the right one leads to where the link went, by the keyboard alone", async () => {
      await it.tabTo(/^$/, { most: 1 }).catch(() => {});
      await page.focus('input[name="key"]');
      await page.keyboard.down("Control");
      await page.keyboard.press("a");
      await page.keyboard.up("Control");
      await page.keyboard.type(KEY);
      await page.keyboard.press("Enter");
      await it.sees("h1", task_id);
      await it.sees(".badge", "running");
    });

    await t.step("the cookie is out of reach of scripts, and of other sites", async () => {
      const [cookie] = await it.browser.cookies();
      assertEquals([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["tutti_session", true, "Strict"]);
      assert(!cookie!.value.includes(KEY));
      assertEquals(await page.evaluate(() => document.cookie), "");
      const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
      assert(!stored.includes(KEY));
    });

    await t.step("what changes something is let through from the page, and asked once", async () => {
      await it.press("Cancel…");
      await it.sees("dialog", "Cancel this task?");
      await it.press("Cancel the task", { within: "dialog" });
      await it.sees(".badge", "cancelled");
    });

    await t.step("another origin's page can do nothing with the cookie", async () => {
      const other = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen: () => {} },
        () => new Response("<p>evil</p>", { headers: { "content-type": "text/html" } }),
      );
      const tab = await it.browser.newPage();
      await tab.goto(`http://127.0.0.1:${other.addr.port}/`); // the same site, another origin: the cookie is sent
      await tab.evaluate(
        (url) => fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }).catch(() => {}),
        `${service.url}/api/test/task?delay=0`,
      );
      await tab.close();
      await other.shutdown();
      const { body } = await service.json<{ tasks: unknown[] }>("/api/tasks", { headers });
      assertEquals(body.tasks.length, 1);
    });

    await t.step("signing out takes everything away, and the cookie's worth with it", async () => {
      const [cookie] = await it.browser.cookies();
      await it.press("Sign out");
      await it.sees("h1", "Sign in");
      const { status } = await service.json("/api/tasks", {
        headers: { cookie: `tutti_session=${cookie!.value}` },
      });
      assertEquals(status, 401);
    });

    // What the browser says of the refusals that were meant.
    assertEquals(it.complaints.filter((text) => !/status of 40[13]/.test(text)), []);
    assertMatch(it.complaints.join(), /401/);
  },
});
