import { z } from "zod";
import { defineTask } from "../../../src/tasks/define.ts";

const schemas = { input: z.object({ url: z.string().default("") }), output: z.unknown() };

/** In a process of its own, asks for a page. */
export const asking = defineTask({
  ...schemas,
  name: "asking",
  isolation: "process",
  run: async ({ url }, ctx) => (await ctx.fetch(url)).status,
});

/** Says a word and fails. */
export const failing = defineTask({
  ...schemas,
  name: "failing",
  maxAttempts: 1,
  run: (_input, ctx) => {
    ctx.log.warn("about to fail");
    throw new Error("hunter2 is what it says");
  },
});

/** Takes its worker with it. */
export const leaving = defineTask({
  ...schemas,
  name: "leaving",
  run: () => {
    (globalThis as unknown as { close(): void }).close();
    return new Promise<never>(() => {});
  },
});
