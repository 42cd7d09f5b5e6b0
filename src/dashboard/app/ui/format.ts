const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** What stands where there is no value. */
export const NONE = "–";

/** A whole number with its thousands apart. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  return Math.abs(value) >= 100_000 ? compact.format(value) : number.format(value);
}

/** A share, 0 to 1, in percent. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? NONE : `${number.format(share * 100)} %`;
}

/** A size in bytes, in the unit a person reads. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let size = value;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at++;
  }
  return `${size >= 100 || at === 0 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

/** A time span: `3.2 ms`, `14 s`, `2 h 5 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min ${Math.round(s % 60)} s`;
  const h = Math.floor(min / 60);
  return h < 48 ? `${h} h ${min % 60} min` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** `in 3 min`, `12 s ago`. */
export function fromNow(iso: string | undefined, nowMs = Date.now()): string {
  if (iso === undefined) return NONE;
  const ms = Date.parse(iso) - nowMs;
  if (Math.abs(ms) < 1000) return "now";
  const span = coarse(Math.abs(ms));
  return ms < 0 ? `${span} ago` : `in ${span}`;
}

function coarse(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

/** Date and time of the reader's own clock. */
export function dateTime(iso: string | undefined): string {
  if (iso === undefined) return NONE;
  const at = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
