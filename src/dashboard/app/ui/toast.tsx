import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { asProblem } from "../api/client.ts";
import { Button } from "./button.tsx";

interface Toast {
  id: number;
  tone: "ok" | "bad";
  text: string;
  detail?: string;
}

const SHOWN_MS = 5000;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Says for a moment that something was done. */
export function toast(text: string): void {
  show({ tone: "ok", text });
}

/** Says why something could not be done; it stays longer. */
export function toastProblem(thrown: unknown): void {
  const { title, message } = asProblem(thrown);
  show({ tone: "bad", text: title, detail: message });
}

/** Does something, says that it was done or why it could not be. Resolves to whether it was. */
export async function attempt(
  done: string | ((result: unknown) => string),
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    const result = await work();
    toast(typeof done === "string" ? done : done(result));
    return true;
  } catch (thrown) {
    toastProblem(thrown);
    return false;
  }
}

function show(about: Omit<Toast, "id">): void {
  const id = ++lastId;
  toasts.value = [...toasts.value.slice(-3), { id, ...about }];
  setTimeout(() => remove(id), about.tone === "bad" ? SHOWN_MS * 2 : SHOWN_MS);
}

function remove(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text, detail }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <div>
            <strong>{text}</strong>
            {detail && <div dir="auto" class="muted">{detail}</div>}
          </div>
          <Button kind="quiet" icon="close" label="Close" onClick={() => remove(id)} />
        </div>
      ))}
    </div>
  );
}
