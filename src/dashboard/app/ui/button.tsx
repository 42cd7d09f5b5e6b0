import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export interface ButtonProps {
  children?: ComponentChildren;
  /** While a promise it gives is pending, the button is off. */
  onClick?: () => void | Promise<unknown>;
  kind?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  /** For a button that is an icon alone. */
  label?: string;
  disabled?: boolean;
  submit?: boolean;
  title?: string;
  pressed?: boolean;
}

/** A button; `danger` for what cannot be undone. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, kind = "plain", icon, label, disabled, submit, title, pressed } = props;
  const [busy, setBusy] = useState(false);
  const run = () => {
    if (busy) return;
    const pending = onClick?.();
    if (!(pending instanceof Promise)) return;
    setBusy(true);
    pending.finally(() => setBusy(false)).catch(() => {});
  };
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button button-${kind}${children === undefined ? " button-icon" : ""}`}
      onClick={onClick === undefined ? undefined : run}
      disabled={disabled}
      aria-disabled={busy || undefined} // it keeps the focus meanwhile
      aria-busy={busy || undefined}
      aria-label={label}
      aria-pressed={pressed}
      title={title ?? label}
    >
      {icon && <Icon name={icon} size={16} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}
