import { z } from "zod";

/** How settings are written down. */

export const MiB = 1024 * 1024;

/** A whole number in text, with its range in the message. */
export function whole(min: number, max: number, fallback: number) {
  return z.string().regex(/^-?\d+$/, "is not a whole number").transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`)
    .default(fallback);
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number]) {
  return z.enum(values, { error: () => `must be one of ${values.join(", ")}` }).default(fallback as never);
}

export const onOff = (fallback: "on" | "off") => oneOf(["on", "off"], fallback).transform((v) => v === "on");

/** A setting: its schema, from text, and what a person is told. */
export interface Setting {
  schema: z.ZodType;
  meaning: string;
  /** How the default reads in the table where the schema's own is not what a person would write. */
  shown?: string;
}
