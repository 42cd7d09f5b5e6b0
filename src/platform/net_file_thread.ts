/** A thread that owns files of some folders and asks servers: it may write there, read anywhere, and use the network. */
export function netFileThread(
  entry: URL,
  options: { name: string; folders: string[]; /** Native code it loads. @default false */ ffi?: boolean },
): Worker {
  const { name, folders, ffi = false } = options;
  const permissions = {
    read: true,
    write: folders,
    net: true,
    env: false,
    run: false,
    ffi,
    sys: false,
  };
  return new Worker(entry, { type: "module", name, deno: { permissions } } as WorkerOptions);
}
