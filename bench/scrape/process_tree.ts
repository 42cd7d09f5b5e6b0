/** What a process and all it has started cost (Linux, `/proc`). */

/** Of `getconf CLK_TCK`: 100 on every Linux in use. */
const TICKS_PER_S = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Its own time and that of children that have ended and been waited for. */
  ticks: number;
}

async function statOf(pid: string): Promise<Stat | undefined> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  if (text === undefined) return undefined; // it ended while the folder was read
  // the name, in brackets, may hold blanks and brackets
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [, parent] = fields;
  return {
    pid: Number(pid),
    parent: parent!,
    ticks: fields.slice(11, 15).reduce((a, b) => a + b),
  };
}

async function tree(root: number): Promise<Stat[]> {
  const all: Stat[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const stat = /^\d+$/.test(name) ? await statOf(name) : undefined;
    if (stat !== undefined) all.push(stat);
  }
  const within = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (within.has(parent) && !within.has(pid)) {
        grown = within.add(pid) !== undefined;
      }
    }
  }
  return all.filter(({ pid }) => within.has(pid));
}

/** CPU seconds, user and system, of the tree so far. */
export async function cpuS(root: number): Promise<number> {
  return (await tree(root)).reduce((sum, { ticks }) => sum + ticks, 0) /
    TICKS_PER_S;
}

/** Memory of the tree: what is shared counts once (PSS). */
export async function memoryMb(root: number): Promise<number> {
  let kb = 0;
  for (const { pid } of await tree(root)) {
    const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`).catch(
      () => "",
    );
    kb += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  }
  return kb / 1024;
}

/** The most memory of a tree while `work` runs, looked at five times a second. */
export async function peakMemoryMb(
  root: number,
  work: () => Promise<void>,
): Promise<number> {
  let done = false;
  let most = 0;
  const looking = (async () => {
    while (!done) {
      most = Math.max(most, await memoryMb(root));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  try {
    await work();
  } finally {
    done = true;
    await looking;
  }
  return most;
}
