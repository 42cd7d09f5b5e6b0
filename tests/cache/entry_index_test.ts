import { assertEquals } from "@std/assert";
import { EntryIndex } from "../../src/cache/adapters/entry_index.ts";

const entry = (sizeBytes: number, touchedMs = 0) => ({ sizeBytes, expiresMs: 9, tags: [], touchedMs });

Deno.test("EntryIndex.endScan() brings back nothing removed and nothing replaced while the scan ran", () => {
  const index = new EntryIndex();
  index.beginScan();
  index.put("replaced", entry(5));
  index.put("set and removed", entry(7));
  index.remove("set and removed");
  index.remove("removed unseen");
  index.endScan([
    ["newer", entry(2, 20)],
    ["older", entry(1, 10)],
    ["replaced", entry(100)],
    ["set and removed", entry(100)],
    ["removed unseen", entry(100)],
  ]);
  assertEquals([...index.entries()].map(([key]) => key), ["older", "newer", "replaced"]);
  assertEquals(index.sizeBytes, 8);
});
