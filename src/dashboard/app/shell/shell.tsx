import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { needsKey, signOut } from "../api/session.ts";
import { connection, stats } from "../live/store.ts";
import { NAV, pageAt } from "../pages/routes.ts";
import { place } from "../router/router.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/confirm.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { toastProblem, Toasts } from "../ui/toast.tsx";
import { Logo } from "./logo.tsx";
import { setTheme, theme, THEMES } from "../ui/theme.ts";

const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" } as const satisfies Record<string, IconName>;

/** What stands round every page. */
export function Shell(): JSX.Element {
  const { path } = place.value;
  const { page: Page, params, title } = pageAt(path);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · Tutti`;
    // A new page is told to who does not see it by its heading; the first one is told by the browser.
    if (!isFirst.current) main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">Skip to the content</a>
      <header class="bar">
        <a href="/" class="bar-logo" aria-label="Tutti, overview">
          <Logo />
        </a>
        <nav class="nav" aria-label="Pages">
          {NAV.map(({ path: to, title, icon }) => (
            <a
              key={to}
              href={to}
              class="nav-link"
              aria-current={to === path || (to !== "/" && path.startsWith(`${to}/`)) ? "page" : undefined}
            >
              <Icon name={icon} />
              <span>{title}</span>
            </a>
          ))}
        </nav>
        <div class="bar-end">
          <ConnectionState />
          <ThemeSwitch />
          {needsKey.value && (
            <Button
              kind="quiet"
              icon="out"
              label="Sign out"
              onClick={() => signOut().catch(toastProblem)}
            />
          )}
        </div>
      </header>
      {connection.value === "offline" && (
        <div class="offline" role="alert">
          <Icon name="alert" />
          <span>
            No connection to the service. What you see is from before; it is tried again every second.
          </span>
        </div>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <Page key={path} params={params} />
      </main>
      <ConfirmDialog />
      <Toasts />
    </div>
  );
}

function ConnectionState(): JSX.Element {
  const state = connection.value;
  const name = state === "live" ? "Live" : state === "offline" ? "Offline" : "Connecting";
  const version = stats.value?.version;
  return (
    <span class={`live live-${state}`} role="status" title={version && `Tutti ${version}`}>
      <span class="live-dot" aria-hidden="true" />
      {name}
    </span>
  );
}

function ThemeSwitch(): JSX.Element {
  const now = theme.value;
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]!;
  return (
    <Button
      kind="quiet"
      icon={THEME_ICONS[now]}
      label={`Theme: ${now}; switch to ${next}`}
      onClick={() => setTheme(next)}
    />
  );
}
