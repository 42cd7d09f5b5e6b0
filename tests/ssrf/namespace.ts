import { assert } from "@std/assert";

/** All addresses are local in here, so a connection anywhere is seen and none leaves. */
const SET_UP = `set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo || true
mount --bind "$2" /etc/resolv.conf
exec "$1" run --no-check --unstable-net --lock="$4" -A "$3"`;

/**
 * Runs a script in a network namespace of its own, its resolver on 127.0.0.1:53; the JSON lines it wrote to stdout.
 *
 * @throws {AssertionError} namespaces cannot be made, or the script failed
 */
export async function inNamespace<T>(script: URL): Promise<T[]> {
  const resolver = await Deno.makeTempFile({ prefix: "tutti-resolv-" });
  await Deno.writeTextFile(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  const lock = new URL("../deno.lock", import.meta.url).pathname;
  try {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      env: { DENO_NO_UPDATE_CHECK: "1" }, // the runtime's own visit
      args: ["-rnm", "bash", "-c", SET_UP, "set-up", Deno.execPath(), resolver, script.pathname, lock],
    }).output();
    const text = new TextDecoder();
    assert(
      success,
      "This test needs unshare (user, network and mount namespaces) and iproute2; without them the guard is " +
        `unproven: ${text.decode(stderr).slice(-4000)}`,
    );
    return text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line) as T);
  } finally {
    await Deno.remove(resolver);
  }
}
