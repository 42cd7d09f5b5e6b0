/**
 * TCP connections this network namespace began that were refused, since it was made: where nobody listens is where a
 * canary sees nothing.
 */
export async function refusedConnections(): Promise<number> {
  const lines = (await Deno.readTextFile("/proc/self/net/snmp")).split("\n").filter((line) =>
    line.startsWith("Tcp:")
  );
  const [names, values] = lines.map((line) => line.split(" "));
  const at = names!.indexOf("AttemptFails");
  if (at < 0) throw new Error("/proc/self/net/snmp tells no AttemptFails");
  return Number(values![at]);
}
