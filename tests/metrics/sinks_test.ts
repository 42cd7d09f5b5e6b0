import { assertEquals } from "@std/assert";
import { JsonlSink } from "../../src/metrics/adapters/jsonl_sink.ts";
import { MemorySink } from "../../src/metrics/adapters/memory_sink.ts";
import { sinkContract } from "./sink_contract.ts";

sinkContract("MemorySink", () => {
  const sink = new MemorySink();
  return Promise.resolve({
    sink,
    lines: () => Promise.resolve([...sink.lines]),
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  });
});

sinkContract("JsonlSink", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tutti-sink-" });
  const sink = new JsonlSink({ path: `${folder}/metrics.jsonl` });
  return {
    sink,
    lines: async () => (await Deno.readTextFile(`${folder}/metrics.jsonl`)).split("\n").slice(0, -1),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("MemorySink keeps the newest lines only", () => {
  const sink = new MemorySink({ maxLines: 10 });
  for (let i = 0; i < 1005; i++) sink.append(String(i));
  assertEquals(sink.lines.at(-1), "1004");
  assertEquals(sink.lines.length < 20, true);
  assertEquals(sink.stats(), { written: 1005, dropped: 0 });
});
