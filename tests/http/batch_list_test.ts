import { assertEquals } from "@std/assert";
import { client } from "./client.ts";

interface Page {
  batches: { batch_id: string; total: number; status: string }[];
  next: string | null;
}

Deno.test("GET /api/batches lists them page by page, newest first", async () => {
  const { call } = client();
  assertEquals((await call<Page>("/api/batches")).body, { batches: [], next: null });
  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    const inputs = Array.from({ length: n }, () => ({ delay_s: 0 }));
    const { body } = await call<{ batch_id: string }>("/api/batches", { json: { type: "test", inputs } });
    ids.unshift(body.batch_id);
  }
  const { body: first } = await call<Page>("/api/batches?limit=2");
  assertEquals(first.batches.map(({ batch_id, total }) => [batch_id, total]), [[ids[0], 3], [ids[1], 2]]);
  const { body: second } = await call<Page>(first.next!);
  assertEquals([second.batches.map(({ batch_id }) => batch_id), second.next], [[ids[2]], null]);
});
