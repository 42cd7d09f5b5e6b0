import { z } from "@hono/zod-openapi";
import type { SettingInForce } from "../../config/mod.ts";

export const settingsInForceSchema = z.object({
  settings: z.array(z.object({
    name: z.string().openapi({ example: "WORKERS" }),
    value: z.string().nullable().openapi({
      description: "As it would be written; of a secret only `set`; null: it is not set",
      example: "8",
    }),
    default: z.string().openapi({ description: "What holds without it", example: "4" }),
    changed: z.boolean().openapi({ description: "It is not as it would be without any setting" }),
    secret: z.boolean(),
    meaning: z.string().openapi({ example: "Web Workers in the pool" }),
  })),
}).openapi("SettingsInForce");

export function settingsBody(settings: readonly SettingInForce[]): z.input<typeof settingsInForceSchema> {
  return {
    settings: settings.map(({ value, fallback, ...about }) => ({
      ...about,
      value: value ?? null,
      default: fallback,
    })),
  };
}
