/** Predictions scored by the corpus' own program. */
export interface Query {
  id: string;
  text: string;
}

export async function readQueries(corpus: string, set: string): Promise<Query[]> {
  const text = await Deno.readTextFile(`${corpus}/${set}/queries.jsonl`);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Query);
}

/** The line the scorer prints, such as `search-en n=1500 nDCG@10=0.801 Hit@5=0.870`. */
export async function scoreOf(
  set: string,
  corpus: string,
  hits: ReadonlyMap<string, string[]>,
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    await Deno.writeTextFile(
      file,
      [...hits].map(([id, ids]) => JSON.stringify({ id, hits: ids })).join("\n"),
    );
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", `--allow-read=${corpus},${file}`, `${corpus}/score.ts`, set, file],
      stdin: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(file);
  }
}

/** Prints it with a verdict. */
export async function printScore(
  set: string,
  corpus: string,
  hits: ReadonlyMap<string, string[]>,
  least: number,
): Promise<void> {
  const line = await scoreOf(set, corpus, hits);
  const value = Number(/nDCG@10=([\d.]+)/.exec(line)?.[1]);
  console.log(`${value >= least ? "ok  " : "MISS"} ${line} (target at least ${least})`);
}
