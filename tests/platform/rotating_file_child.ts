/** Runs in a mount namespace of its own on a tmpfs of 64 KiB: fills it, makes it read-only, makes room, says what it saw. */
import { RotatingFile } from "../../src/platform/rotating_file.ts";

const folder = Deno.args[0]!;
const path = `${folder}/lines.jsonl`;
const states: string[] = [];
await using file = new RotatingFile({ path, onTrouble: ({ state }) => states.push(state) });

await Deno.writeTextFile(`${folder}/ballast`, "b".repeat(30_000));
for (let round = 0; round < 10; round++) {
  for (let i = 0; i < 100; i++) file.append(`{"round":${round},"i":${i},"pad":"${"p".repeat(70)}"}`);
  await file.flush();
}
const text = await Deno.readTextFile(path);
const full = {
  states: [...states],
  whole: text.endsWith("\n") &&
    text.trimEnd().split("\n").every((line) => JSON.parse(line).pad.length === 70),
  dropped: file.stats().dropped > 0 && file.stats().dropped + file.stats().written === 1000,
  error: file.stats().lastError !== undefined,
};

const remount = async (mode: string) => {
  const { success } = await new Deno.Command("mount", { args: ["-o", `remount,${mode}`, folder] }).output();
  if (!success) throw new Error(`Cannot remount ${mode}`);
};
await remount("ro,size=64k");
file.append("read-only now");
await file.flush();
const readOnly = { states: [...states], error: file.stats().lastError !== undefined };

await remount("rw,size=64k");
await Deno.remove(`${folder}/ballast`);
file.append("room again");
await file.flush();
const after = { states: [...states], last: (await Deno.readTextFile(path)).trimEnd().split("\n").at(-1) };
console.log(JSON.stringify({ full, readOnly, after }));
