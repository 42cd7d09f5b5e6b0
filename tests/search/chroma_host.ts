/**
 * What the tests with a real Chroma need of this host: the words for CHROMA_LAUNCHER (none where its glibc is new
 * enough), or `undefined` where a real Chroma cannot be had here and those tests are skipped. The gate sets
 * REQUIRE_TOOLS=1, which turns a skip into a failure.
 */
export const CHROMA_LAUNCHER: readonly string[] | undefined = await findLauncher();

/** Whether Chroma runs on this host without any launcher. */
export const CHROMA_RUNS_BARE = CHROMA_LAUNCHER?.length === 0;

async function findLauncher(): Promise<string[] | undefined> {
  const script = new URL("../../.ci/newer-libc.sh", import.meta.url);
  const folder = new URL("../../.ci/.cache/libc", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: [script.pathname, folder.pathname],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout).split(/\s+/).filter(Boolean);
  const why = decoder.decode(stderr).trim();
  if (Deno.env.get("REQUIRE_TOOLS") === "1") throw new Error(`No Chroma on this host: ${why}`);
  console.warn(`tests with a real Chroma are skipped: ${why}`);
  return undefined;
}
