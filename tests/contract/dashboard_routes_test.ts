import { assertEquals, assertMatch } from "@std/assert";
import { PAGE_PATHS } from "../../src/dashboard/mod.ts";
import { Judge } from "./judge.ts";
import { DASHBOARD_ROUTES } from "./queue_routes.ts";

const KEY = "a-secret-for-the-judge";

Deno.test("every route of the dashboard answers as its document says", async (t) => {
  await using judge = await Judge.start({
    env: { API_KEYS: `judge:${KEY}` },
    headers: { authorization: `Bearer ${KEY}` },
  });
  const html = { headers: { accept: "text/html" } };

  await t.step("the page under each of its addresses, and links for programs", async () => {
    const page = await judge.call("GET /", { ...html, expect: 200 });
    assertMatch(page.headers.get("content-security-policy")!, /script-src 'self'; style-src 'self'/);
    assertEquals((await judge.call("GET /", { expect: 200 })).body.docs, "/docs");
    for (const path of PAGE_PATHS) {
      const route = `GET ${path.replace(":id", "x")}`;
      assertEquals((await judge.call(route, { ...html, expect: 200 })).text, page.text);
      await judge.refused(route, 404, "not_found");
    }
    for (const [, file] of page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      await judge.call(`GET ${file}`, { expect: 200 });
    }
    await judge.refused("GET /assets/none.js", 404, "not_found");
  });

  await t.step("a session", async () => {
    assertEquals((await judge.call("GET /api/session", { expect: 200 })).body, {
      authenticated: true,
      needs_key: true,
    });
    await judge.call("POST /api/session", { json: { key: KEY }, expect: 204 });
    await judge.refused("POST /api/session", 401, "unauthorized", { json: { key: "wrong" } });
    await judge.refused("POST /api/session", 422, "invalid_request", { json: {} });
    await judge.refused("POST /api/session", 403, "forbidden", {
      json: { key: KEY },
      headers: { origin: "https://evil.example" },
    });
    await judge.call("DELETE /api/session", { expect: 204 });
    // One was tried above.
    for (let attempt = 0; attempt < 9; attempt++) {
      await judge.call("POST /api/session", { json: { key: "wrong" }, expect: 401 });
    }
    await judge.refused("POST /api/session", 429, "rate_limited", { json: { key: KEY } });
  });

  await t.step("a task with its input, and what happened to it", async () => {
    const { body: { task_id } } = await judge.call("POST /api/test/task?delay=0", { expect: 202 });
    await judge.ended(task_id);
    const { body: task } = await judge.call(`GET /api/tasks/${task_id}?input=true`, { expect: 200 });
    assertEquals([task.status, task.input], ["completed", { delay_s: 0 }]);
    assertEquals("input" in (await judge.call(`GET /api/tasks/${task_id}`, { expect: 200 })).body, false);
    const { body } = await judge.call(`GET /api/tasks/${task_id}/timeline`, { expect: 200 });
    assertEquals(body.complete, true);
    assertEquals(
      body.events.map(({ status }: { status: string }) => status),
      ["queued", "running", "completed"],
    );
    await judge.refused("GET /api/tasks/none/timeline", 404, "not_found");
  });

  await t.step("every one was asked", () => assertEquals(judge.unanswered(DASHBOARD_ROUTES), []));
});
