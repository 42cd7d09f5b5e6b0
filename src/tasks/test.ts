import { z } from "zod";
import { sleep } from "../platform/deadline.ts";
import { defineTask } from "./define.ts";

const INPUT = z.object({ delay_s: z.number().min(0).max(60).default(0) });
const OUTPUT = z.object({ slept_s: z.number() });

/** Sleeps in a worker, for trying the service out; with no delay it is the no-op the benchmarks run. */
export const testTask = defineTask({
  name: "test",
  input: INPUT,
  output: OUTPUT,
  run({ delay_s }, ctx) {
    if (delay_s === 0) return { slept_s: 0 };
    return sleep(delay_s * 1000, { signal: ctx.signal }).then(() => ({ slept_s: delay_s }));
  },
});
