import { z } from "zod";
import { defineTask } from "../../../src/mod.ts";

/** Says when it began, on the clock `performance` shares between the isolates of a process (unix ms, with fractions). */
export const startedAt = defineTask({
  name: "bench.started_at",
  input: z.object({}),
  output: z.object({ at_ms: z.number() }),
  run: () => ({ at_ms: performance.timeOrigin + performance.now() }),
});
