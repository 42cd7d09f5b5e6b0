const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof CODES;

/** Colours a text, or leaves it. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_, text) => text;

export const ansi: Paint = (colour, text) => {
  const [on, off] = CODES[colour];
  return `\x1b[${on}m${text}\x1b[${off}m`;
};

const STATUS_COLOURS: Record<string, Colour> = {
  completed: "green",
  ok: "green",
  failed: "red",
  FAIL: "red",
  running: "cyan",
  delayed: "yellow",
  degraded: "yellow",
  warn: "yellow",
  cancelled: "dim",
  off: "dim",
};

/** A status word in its colour. */
export function paintStatus(paint: Paint, status: string, text = status): string {
  const colour = STATUS_COLOURS[status];
  return colour === undefined ? text : paint(colour, text);
}
