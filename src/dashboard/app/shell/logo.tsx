import type { JSX } from "preact";

export function Logo(): JSX.Element {
  return (
    <span class="logo">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <g fill="none" stroke-linecap="round" stroke-width="3.4">
          <path class="stroke-blue" d="M6 22V12" />
          <path class="stroke-green" d="M12.6 25V7" />
          <path class="stroke-amber" d="M19.3 21V11" />
          <path class="stroke-red" d="M26 23.5V9" />
        </g>
      </svg>
      <span>Tutti</span>
    </span>
  );
}
