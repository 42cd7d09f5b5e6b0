// What the queue peers share: one JSON argument in, one JSON line out, and the same way of taking time for each.

/** The action's name and its settings, as `bench/lib/node_peer.ts` hands them over. */
export const [action, settings] = [process.argv[2], JSON.parse(process.argv[3] ?? "{}")];

/** Prints the answer and ends, whatever the client library still holds open. */
export function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(0));
}

/** Operations per second of `count` calls of `once`, awaited one by one by each of `callers`. */
export async function ratePerS(count, callers, once) {
  let left = count;
  const begun = performance.now();
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) await once();
  }));
  return count / ((performance.now() - begun) / 1000);
}

/** Items per second of `count` handed to `addMany` by the thousand, each call awaited. */
export async function bulkPerS(count, addMany) {
  const begun = performance.now();
  for (let done = 0; done < count; done += 1000) await addMany(Math.min(1000, count - done));
  return count / ((performance.now() - begun) / 1000);
}

/**
 * Takes the time of `count` ends, from the first start on, so that a library's own start-up does not count against it:
 * `started` when a job begins, `ended` when its completion is known; `perS` resolves to jobs per second.
 */
export function stopwatch(count) {
  const { promise, resolve } = withResolvers();
  let begun;
  let left = count;
  return {
    perS: promise,
    started: () => void (begun ??= performance.now()),
    ended: (n = 1) => {
      if ((left -= n) <= 0) resolve(count / ((performance.now() - begun) / 1000));
    },
  };
}

export function withResolvers() {
  let resolve;
  const promise = new Promise((r) => resolve = r);
  return { promise, resolve };
}

/** Latencies in ms of tasks sent one at a time: `send(startedNow)` adds one and calls back when it starts. */
export async function oneAtATime(count, send) {
  const samples = [];
  for (let i = 0; i < count; i++) {
    const { promise, resolve } = withResolvers();
    const begun = performance.now();
    await send(i, () => resolve(performance.now()));
    samples.push(await promise - begun);
  }
  return samples;
}
