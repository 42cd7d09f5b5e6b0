import { assert, assertEquals } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { createSandbox } from "../../src/sandbox/mod.ts";
import type { SandboxOptions } from "../../src/sandbox/port.ts";

export const BAD_CHILD = { entry: new URL("../fixtures/hostile/bad_child.ts", import.meta.url) };

/** A sandbox with small limits, so that tests are short. */
export function make(options: Partial<SandboxOptions> = {}, deps: { entry?: URL } = {}) {
  return createSandbox({
    userAgent: "TestBot/1",
    heapMb: 128,
    rssMb: 512,
    cpuMs: 1000,
    maxUses: 1000,
    ports: [80, 443],
    allowPrivateHosts: [],
    ...options,
  }, deps);
}

/** The error a promise ends in, whatever its class. */
export async function errorOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error("Expected a rejection");
}

export async function assertCode(work: Promise<unknown>, code: string): Promise<TaskError> {
  const error = await errorOf(work);
  assertEquals(error instanceof TaskError ? error.code : `${error.name}: ${error.message}`, code);
  return error as TaskError;
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
