/** Looking at a running service from outside. */

/** Milliseconds of `count` GETs, one after the other, body included. @throws {Error} one did not answer 200 */
export async function httpLatenciesMs(url: string, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = -20; i < count; i++) { // the first ones warm up
    const begun = performance.now();
    const response = await fetch(url);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    if (i >= 0) samples.push(performance.now() - begun);
  }
  return samples;
}

/** Resident memory of a process (Linux). */
export async function rssMb(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]) / 1024;
}

/**
 * `callers` that each post a body again and again until `durationMs` is over; milliseconds of each answer.
 *
 * @throws {Error} one was refused
 */
export async function postLatenciesMs(
  url: string,
  body: string,
  options: { callers: number; durationMs: number },
): Promise<number[]> {
  const samples: number[] = [];
  const until = performance.now() + options.durationMs;
  await Promise.all(Array.from({ length: options.callers }, async () => {
    while (performance.now() < until) {
      const begun = performance.now();
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      await response.arrayBuffer();
      if (response.status !== 202) throw new Error(`${url} answered ${response.status}`);
      samples.push(performance.now() - begun);
    }
  }));
  return samples;
}
