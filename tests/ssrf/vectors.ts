import { TaskError } from "../../src/platform/errors.ts";

export interface Vector {
  id: string;
  group: string;
  url: string;
  expect: "block" | "allow";
  policy?: string;
  redirect_to?: string;
  dns?: Record<string, DnsAnswer>;
}

/** Addresses by type; `then`/`then6` is what every question after the first is answered. */
export interface DnsAnswer {
  A: string[];
  AAAA: string[];
  then?: string[];
  then6?: string[];
}

export async function loadVectors(): Promise<Vector[]> {
  const path = new URL("../fixtures/ssrf-vectors.json", import.meta.url);
  return JSON.parse(await Deno.readTextFile(path)).vectors;
}

export function isRefused(check: () => unknown): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof TaskError && error.code === "blocked_address") return true;
    throw error;
  }
}
