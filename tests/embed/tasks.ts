import { defineTask, TaskError } from "../../src/mod.ts";
import { z } from "zod";

export const shout = defineTask({
  name: "shout",
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string(), batchId: z.string().optional() }),
  run: ({ text }, ctx) => {
    ctx.log.info("shouting", { text });
    return { text: text.toUpperCase(), batchId: ctx.batchId };
  },
});

export const refuse = defineTask({
  name: "refuse",
  input: z.object({}),
  output: z.null(),
  run: () => {
    throw new TaskError("unsupported_content", "not like this", { retryable: false });
  },
});

export const apart = defineTask({
  name: "apart",
  isolation: "process",
  input: z.object({}),
  output: z.object({ pid: z.number() }),
  run: () => ({ pid: Deno.pid }),
});
