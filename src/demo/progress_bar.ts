/** A bar that redraws itself on a terminal and prints only its last state elsewhere (a pipe, a log). */
export function progressBar(total: number, out: typeof Deno.stdout = Deno.stdout): (done: number) => void {
  const width = 30;
  const live = out.isTerminal();
  const encoder = new TextEncoder();
  return (done) => {
    if (!live && done < total) return;
    const filled = Math.round(width * done / total);
    const bar = "█".repeat(filled) + "░".repeat(width - filled);
    out.writeSync(encoder.encode(`${live ? "\r" : ""}  ${bar} ${done}/${total}${done >= total ? "\n" : ""}`));
  };
}
