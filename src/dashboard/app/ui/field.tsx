import type { ComponentChildren, JSX } from "preact";

/** A label with its control. */
export function Field(
  { label, children, hint }: { label: string; children: ComponentChildren; hint?: ComponentChildren },
): JSX.Element {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      {children}
      {hint && <span class="muted small">{hint}</span>}
    </label>
  );
}

/** A choice of a few, with its label. */
export function Select(
  { value, options, onChange, label }: {
    value: string;
    options: readonly (readonly [value: string, name: string])[];
    onChange: (value: string) => void;
    /** Where no `Field` names it. */
    label?: string;
  },
): JSX.Element {
  return (
    <select
      class="input"
      value={value}
      aria-label={label}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map(([each, name]) => <option key={each} value={each}>{name}</option>)}
    </select>
  );
}

/** A line of text, with its label. */
export function TextInput(
  { value, onInput, label, placeholder, type = "text", onEnter, name }: {
    value: string;
    onInput: (value: string) => void;
    label?: string;
    placeholder?: string;
    type?: "text" | "search" | "password" | "number" | "url" | "datetime-local";
    onEnter?: () => void;
    name?: string;
  },
): JSX.Element {
  return (
    <input
      class="input"
      dir="auto"
      {...{ type } as { type: "text" }}
      // the elements' types want one kind each
      name={name}
      value={value}
      aria-label={label}
      placeholder={placeholder}
      autocomplete={type === "password" ? "current-password" : "off"}
      spellcheck={false}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && onEnter?.()}
    />
  );
}
