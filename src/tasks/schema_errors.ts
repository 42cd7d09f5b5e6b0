import type { z } from "zod";
import type { FieldError } from "../platform/errors.ts";

/** Most places named of one bad value: enough to mend it by, small enough to answer and to store. */
const MAX_ERRORS = 20;

/** What a schema refuses, as dotted paths and messages. */
export function schemaErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, MAX_ERRORS).map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
}

/** The same in one line. */
export function describeSchemaErrors(error: z.ZodError): string {
  return schemaErrors(error).slice(0, 3)
    .map(({ path, message }) => (path === "" ? message : `at "${path}": ${message}`)).join("; ");
}
