/** The least a Hono user would write: no middleware, no checks, nothing kept. The yardstick of `bench/http_bench.ts`. */
import { Hono } from "hono";

const app = new Hono();
app.get(
  "/health",
  (c) => c.json({ status: "ok", version: "0", uptime_s: 1, components: { queue: { status: "ok" } } }),
);
app.post("/api/tasks", async (c) => {
  const body = await c.req.json<{ type: string }>();
  return c.json({ task_id: `${body.type}_none_1`, status: "queued" }, 202);
});
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0]), onListen: () => {} }, app.fetch);
