import { access, constants, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf } from "../../platform/errors.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";
import type { Check } from "../ground.ts";

/** Below the first a disk that fills is a matter of hours, below the second of minutes. */
const ENOUGH_BYTES = 1024 ** 3;
const LEAST_BYTES = 64 * 1024 ** 2;

/** The three folders: this user can write them (asked, not tried: they may be a running service's), and there is room. */
export const folders: Check = {
  name: "folders",
  run: async ({ config }) => {
    const names = ["DATA_DIR", "CACHE_DIR", "LOG_DIR"] as const;
    return await Promise.all(names.map((name) => look(name, resolve(config[name]))));
  },
};

async function look(setting: string, folder: string): Promise<Finding> {
  const check = `folder ${setting}`;
  const there = await nearest(folder);
  const made = there === folder ? "" : ", not made yet";
  try {
    if (!(await Deno.stat(there)).isDirectory) {
      return fail(check, `${there} is not a folder`, `set ${setting} to a folder`);
    }
    await access(there, constants.W_OK);
  } catch (error) {
    return fail(
      check,
      `${folder} cannot be written by this user (${messageOf(error).split(",")[0]})`,
      `set ${setting} to a folder that the service's user can write, or give it this one (chown)`,
    );
  }
  const { bavail, bsize } = await statfs(there);
  const freeBytes = bavail * bsize;
  const message = `${folder}${made}, ${sized(freeBytes)} free`;
  if (freeBytes < LEAST_BYTES) return fail(check, message, `make room on its disk, or set ${setting}`);
  return freeBytes < ENOUGH_BYTES
    ? warn(check, message, `make room on its disk, or set ${setting}`)
    : ok(check, message);
}

/** The folder, or the nearest one above it that exists. */
async function nearest(folder: string): Promise<string> {
  for (let path = folder;; path = dirname(path)) {
    const exists = await Deno.stat(path).then(
      () => true,
      (error) => !(error instanceof Deno.errors.NotFound),
    );
    if (exists || dirname(path) === path) return path;
  }
}

function sized(bytes: number): string {
  const GiB = 1024 ** 3;
  return bytes >= GiB ? `${(bytes / GiB).toFixed(1)} GiB` : `${Math.floor(bytes / 1024 ** 2)} MiB`;
}
