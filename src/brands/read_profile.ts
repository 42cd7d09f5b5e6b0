import type { z } from "zod";
import type { BrandFile, BrandProfile } from "./port.ts";
import { profileSchema } from "./profile_schema.ts";
import { readYaml, type TextPlace, type YamlText } from "./yaml_text.ts";

export type ProfileError = BrandFile["errors"][number];

export interface ReadProfile {
  profile: BrandProfile;
  /** Where in the text a path of the file stands. */
  placeOf(path: readonly string[]): TextPlace;
}

/** Longest text of a profile, in UTF-16 units. */
export const MAX_PROFILE_CHARS = 128 * 1024;
const MAX_ERRORS = 100;

/**
 * Reads the text of a brand profile (YAML, so JSON too): the profile, or everything that is wrong with it, each thing
 * with the line and the column where it stands, counted from 1, and its dotted path.
 */
export function readProfile(text: string): ReadProfile | { errors: ProfileError[] } {
  if (text.length > MAX_PROFILE_CHARS) {
    return { errors: [at("", `must be at most ${MAX_PROFILE_CHARS} characters: it has ${text.length}`)] };
  }
  if (text.trim() === "") return { errors: [at("", "is empty")] };
  const read = readYaml(text);
  if (Array.isArray(read)) return { errors: read.map((fault) => ({ path: "", ...fault })) };
  const parsed = profileSchema.safeParse(read.value);
  if (parsed.success) return { profile: parsed.data, placeOf: read.placeOf };
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, read))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  return { errors: errors.slice(0, MAX_ERRORS) };
}

function errorsOf(issue: z.core.$ZodIssue, yaml: YamlText): ProfileError[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...yaml.placeOfKey(path, key),
      path: dotted([...path, key]),
      message: "unknown key",
    }));
  }
  if (issue.code === "invalid_key") {
    const key = path.at(-1);
    return [{
      ...yaml.placeOfKey(path.slice(0, -1), String(key)),
      path: dotted(path),
      message: issue.issues[0]?.message ?? issue.message,
    }];
  }
  return [{ ...yaml.placeOf(path), path: dotted(path), message: issue.message }];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

function at(path: string, message: string): ProfileError {
  return { line: 1, column: 1, path, message };
}
