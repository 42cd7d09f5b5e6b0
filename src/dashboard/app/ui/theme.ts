import { signal } from "@preact/signals";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = typeof THEMES[number];

const KEY = "tutti-theme";

/** `auto` is the system's. */
export const theme = signal<Theme>(stored());

export function setTheme(next: Theme): void {
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // without storage it holds for this tab
  }
  theme.value = next;
}

function stored(): Theme {
  const set = document.documentElement.dataset.theme; // by early.ts
  return set === "light" || set === "dark" ? set : "auto";
}
