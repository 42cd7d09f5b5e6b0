/** What a process and all below it use now. */
export interface FamilyUse {
  processes: number;
  rssMb: number;
  /** Open files, sockets and pipes. */
  descriptors: number;
  /** Of each process, its own first. */
  eachMb: number[];
}

/** Sums over `pid` and its descendants; processes that end meanwhile count for nothing. */
export async function familyUse(pid: number): Promise<FamilyUse> {
  const use: FamilyUse = { processes: 0, rssMb: 0, descriptors: 0, eachMb: [] };
  for (const each of await familyOf(pid)) {
    try {
      const status = await Deno.readTextFile(`/proc/${each}/status`);
      const mb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      use.rssMb += mb;
      use.eachMb.push(mb);
      for await (const _ of Deno.readDir(`/proc/${each}/fd`)) use.descriptors++;
      use.processes++;
    } catch {
      // it has ended
    }
  }
  return use;
}

async function familyOf(pid: number): Promise<number[]> {
  const family = [pid];
  for (let at = 0; at < family.length; at++) {
    try {
      for await (const { name } of Deno.readDir(`/proc/${family[at]}/task`)) {
        const text = await Deno.readTextFile(`/proc/${family[at]}/task/${name}/children`).catch(() => "");
        for (const child of text.split(" ")) if (child !== "") family.push(Number(child));
      }
    } catch {
      // it has ended
    }
  }
  return family;
}
