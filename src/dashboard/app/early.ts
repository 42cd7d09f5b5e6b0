/** Runs before the page is drawn: the chosen theme must not come a moment after the other one. */
try {
  const theme = localStorage.getItem("tutti-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // without storage the system's theme holds
}
