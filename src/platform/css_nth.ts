/** `An+B` of CSS: the places 1, 2, ... that `step * n + offset` reaches for n = 0, 1, 2, ... */
export interface Nth {
  step: number;
  offset: number;
}

const FORM = /^([+-]?\d{0,6})n(?:\s*([+-])\s*(\d{1,6}))?$/;

/** Reads `3`, `odd`, `even`, `2n+1`, `-n + 3`; undefined for anything else. */
export function parseNth(text: string): Nth | undefined {
  const written = text.trim().toLowerCase();
  if (written === "odd") return { step: 2, offset: 1 };
  if (written === "even") return { step: 2, offset: 0 };
  if (/^[+-]?\d{1,6}$/.test(written)) return { step: 0, offset: Number(written) };
  const [whole, step, sign, offset] = FORM.exec(written) ?? [];
  if (whole === undefined) return undefined;
  const ones = step === "" || step === "+" || step === "-";
  return {
    step: ones ? Number(`${step}1`) : Number(step),
    offset: offset === undefined ? 0 : Number(`${sign}${offset}`),
  };
}

/** Whether a place, counted from 1, is one of them. */
export function isNth(place: number, { step, offset }: Nth): boolean {
  const distance = place - offset;
  return step === 0 ? distance === 0 : distance % step === 0 && distance / step >= 0;
}
