import { createTutti, defineTask } from "../../src/mod.ts";
import { z } from "zod";

/** What a program that names itself in `tasks` would do in each of its workers. */
export const nested = defineTask({
  name: "nested",
  input: z.object({ dataDir: z.string() }),
  output: z.string(),
  run: async ({ dataDir }) => {
    try {
      await createTutti({ dataDir });
      return "made one";
    } catch (error) {
      return String(error);
    }
  },
});
