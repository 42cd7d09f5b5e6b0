import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { bytes } from "./format.ts";
import { toast } from "./toast.tsx";

/** Characters that are shown at once: a page of megabytes would hold the browser. */
const SHOWN = 20_000;

/** A JSON value, to be read and copied. */
export function JsonView({ value, label }: { value: unknown; label: string }): JSX.Element {
  const text = useMemo(() => typeof value === "string" ? value : JSON.stringify(value, null, 2), [value]);
  const [all, setAll] = useState(false);
  const isLong = text.length > SHOWN;
  return (
    <div class="json">
      <div class="json-actions">
        <Button
          kind="quiet"
          icon="copy"
          label={`Copy ${label}`}
          onClick={() =>
            navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("Cannot copy here"))}
        />
      </div>
      <pre tabIndex={0} dir="auto" aria-label={label}>{isLong && !all ? text.slice(0, SHOWN) : text}</pre>
      {isLong && !all && <Button onClick={() => setAll(true)}>Show all {bytes(text.length)}</Button>}
    </div>
  );
}
