/**
 * Ends the sandbox children of workers that were given up. Their worker's thread goes on spinning, so neither it nor
 * the kernel's parent-death signal (which waits for the thread's end) would.
 */
export class LeftChildren {
  readonly #endings = new Set<Promise<void>>();

  /** @param pids what the worker said its children are */
  end(pids: readonly number[]): void {
    if (pids.length === 0) return;
    const ending = endOwn(pids).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  /** Resolves when all that were to be ended have been. */
  async settled(): Promise<void> {
    await Promise.all(this.#endings);
  }
}

/** A pid may have gone and come again as somebody else's: only running children of this very process are killed. */
async function endOwn(pids: readonly number[]): Promise<void> {
  for (const text of await statusTexts(pids)) {
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(text)?.[1];
    const pid = Number(field("Pid"));
    if (!pids.includes(pid) || Number(field("PPid")) !== Deno.pid || field("State") === "Z") continue;
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // it had just gone of itself
    }
  }
}

/** `/proc/<pid>/status` of each that exists. Deno itself reads /proc only with every permission there is. */
async function statusTexts(pids: readonly number[]): Promise<string[]> {
  try {
    const args = pids.map((pid) => `/proc/${Math.trunc(pid)}/status`);
    const { stdout } = await new Deno.Command("/bin/cat", { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout).split(/^(?=Name:)/m);
  } catch {
    return []; // no such system: those children end with the process
  }
}
