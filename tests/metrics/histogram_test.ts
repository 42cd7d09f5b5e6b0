import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FixedBuckets } from "../../src/metrics/fixed_buckets.ts";
import { Histogram } from "../../src/metrics/histogram.ts";

const exact = (sorted: number[], q: number) => sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;

Deno.test("quantile() is within 2 % of the exact value for any distribution; count, sum and max are exact", () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 0, max: 1_000_000 }),
    fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  );
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (values) => {
    const histogram = new Histogram();
    for (const value of values) histogram.record(value);
    const sorted = values.toSorted((a, b) => a - b);
    assertEquals(histogram.count, values.length);
    assertEquals(histogram.sum, values.reduce((sum, value) => sum + value, 0));
    assertEquals(histogram.max, sorted.at(-1));
    for (const q of [0, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const want = exact(sorted, q);
      const got = histogram.quantile(q)!;
      assert(Math.abs(got - want) <= Math.max(0.02 * want, 0.5), `q${q}: ${got} instead of ${want}`);
    }
  }));
});

Deno.test("merge() equals having recorded everything in one", () => {
  const values = fc.array(fc.integer({ min: 0, max: 10 ** 9 }), { maxLength: 100 });
  fc.assert(fc.property(values, values, (left, right) => {
    const [a, b, both] = [new Histogram(), new Histogram(), new Histogram()];
    for (const value of left) a.record(value);
    for (const value of right) b.record(value);
    for (const value of [...left, ...right]) both.record(value);
    a.merge(b);
    assertEquals([a.count, a.sum, a.max], [both.count, both.sum, both.max]);
    for (const q of [0.01, 0.5, 0.99]) assertEquals(a.quantile(q), both.quantile(q));
  }));
});

Deno.test("an empty histogram has no quantile, max or mean", () => {
  const histogram = new Histogram();
  assertEquals([histogram.quantile(0.99), histogram.max, histogram.mean], [undefined, undefined, undefined]);
});

Deno.test("record() moves what is out of range to the edge", () => {
  const histogram = new Histogram();
  for (const odd of [-5, NaN, Infinity, 2 ** 60]) histogram.record(odd);
  assertEquals(histogram.count, 4);
  assertEquals(histogram.max, 2 ** 40 - 1);
  assertEquals(histogram.quantile(0.25), 0);
});

Deno.test("FixedBuckets counts a value equal to a bound below it", () => {
  const buckets = new FixedBuckets([1, 5, 10]);
  for (const value of [0.5, 1, 1.01, 5, 10, 11, 1000]) buckets.record(value);
  assertEquals(buckets.cumulative(), [2, 4, 5, 7]);
});
