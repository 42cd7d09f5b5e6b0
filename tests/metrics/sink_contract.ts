import { assertEquals } from "@std/assert";
import type { MetricsSink } from "../../src/metrics/port.ts";

/** A sink under test, and how to read back what it holds. */
export interface SinkUnderTest extends AsyncDisposable {
  sink: MetricsSink;
  lines(): Promise<string[]>;
}

/** What every `MetricsSink` must do. Called once per adapter. */
export function sinkContract(name: string, make: () => Promise<SinkUnderTest>): void {
  Deno.test(`${name}: flush() resolves once every line appended before it is there, in order`, async () => {
    await using under = await make();
    for (let i = 0; i < 500; i++) under.sink.append(`{"n":${i}}`);
    await under.sink.flush();
    assertEquals(await under.lines(), Array.from({ length: 500 }, (_, i) => `{"n":${i}}`));
    assertEquals(under.sink.stats(), { written: 500, dropped: 0 });
  });

  Deno.test(`${name}: flush() calls that overlap each cover what came before them`, async () => {
    await using under = await make();
    under.sink.append("a");
    const first = under.sink.flush();
    under.sink.append("b");
    const second = under.sink.flush();
    await Promise.all([first, second]);
    assertEquals(await under.lines(), ["a", "b"]);
    await under.sink.flush();
    assertEquals(under.sink.stats().written, 2);
  });

  Deno.test(`${name}: disposing writes what is gathered; a line after it is dropped and counted`, async () => {
    await using under = await make();
    under.sink.append("last words");
    await under.sink[Symbol.asyncDispose]();
    assertEquals(await under.lines(), ["last words"]);
    under.sink.append("too late");
    await under.sink.flush();
    assertEquals(await under.lines(), ["last words"]);
    assertEquals(under.sink.stats(), { written: 1, dropped: 1 });
  });
}
