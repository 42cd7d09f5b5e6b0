import type { JSX } from "preact";

/** Strokes on a field of 24; drawn with the colour of the text. */
const PATHS = {
  overview: "M4 19V9m5 10V5m6 14v-7m5 7V8",
  tasks: "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01",
  batches: "M12 3l8 4-8 4-8-4 8-4zM4 12l8 4 8-4M4 17l8 4 8-4",
  crawls:
    "M12 5v4m0 0L6 15m6-6l6 6M12 3a1.5 1.5 0 100 3 1.5 1.5 0 000-3zM6 15a2 2 0 100 4 2 2 0 000-4zm12 0a2 2 0 100 4 2 2 0 000-4z",
  schedules: "M12 7v5l3 2M12 3a9 9 0 100 18 9 9 0 000-18z",
  brands: "M12 3l9 9-8 8a2 2 0 01-2.8 0L3 13V5a2 2 0 012-2h7zM8 8h.01",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM20 20l-4-4",
  cache:
    "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  metrics: "M3 12h4l3-8 4 16 3-8h4",
  settings: "M4 7h10m4 0h2M4 17h2m4 0h10M16 5v4M8 15v4",
  sun:
    "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2m0 16v2M4 12H2m20 0h-2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  moon: "M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z",
  auto: "M12 3a9 9 0 100 18 9 9 0 000-18zm0 0v18m0-14l4.5 2M12 12l6.5 2M12 16.5l4.5 1.5",
  out: "M15 4h4v16h-4M10 8l-4 4 4 4m-4-4h10",
  close: "M6 6l12 12M18 6L6 18",
  pause: "M8 5v14m8-14v14",
  play: "M7 4l13 8-13 8z",
  retry: "M4 12a8 8 0 0114-5l2 2m0-5v5h-5M20 12a8 8 0 01-14 5l-2-2m0 5v-5h5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  check: "M5 12l5 5 9-11",
  alert: "M12 4l9 16H3zM12 10v4m0 3h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture that says nothing by itself: what it stands for is said beside it, or by a label on the button. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
