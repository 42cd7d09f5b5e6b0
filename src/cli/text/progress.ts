const WIDTH = 28;

/** A bar and its numbers: `█████░░░░░ 5/10`. */
export function barText(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.round(WIDTH * Math.min(1, done / total));
  return `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done}/${total}`;
}
