/** A thread that owns files of one folder: it may write there, read anywhere (its own code too), and reach nothing else. */
export function fileThread(entry: URL, options: { name: string; folder: string }): Worker {
  const { name, folder } = options;
  const permissions = {
    read: true,
    write: [folder],
    net: false,
    env: false,
    run: false,
    ffi: false,
    sys: false,
  };
  return new Worker(entry, { type: "module", name, deno: { permissions } } as WorkerOptions);
}
