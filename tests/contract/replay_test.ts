import { assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";

Deno.test("an Idempotency-Key replays the first answer byte for byte, also once its time has come", async () => {
  await using service = await startService();
  const send = async () => {
    const response = await fetch(`${service.url}/api/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "once" },
      body: JSON.stringify({ type: "test", run_at: runAt }),
    });
    const { headers } = response;
    return [
      response.status,
      headers.get("location"),
      headers.get("idempotency-replayed"),
      await response.text(),
    ];
  };
  const runAt = new Date(Date.now() + 700).toISOString();
  const first = await send();
  assertEquals(JSON.parse(first[3] as string).status, "delayed");
  await new Promise((resolve) => setTimeout(resolve, Date.parse(runAt) - Date.now() + 50));
  assertEquals(await send(), [first[0], first[1], "true", first[3]]);
});
