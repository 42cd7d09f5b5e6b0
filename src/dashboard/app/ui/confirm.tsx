import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

interface Question {
  title: string;
  text: ComponentChildren;
  /** The word on the button that does it. */
  action: string;
  danger: boolean;
  answer: (yes: boolean) => void;
}

const asked = signal<Question | undefined>(undefined);

/** Asks once before something that cannot be taken back. Resolves to whether it is to be done. */
export function confirmed(
  title: string,
  text: ComponentChildren,
  action: string,
  options: { danger?: boolean } = {},
): Promise<boolean> {
  asked.peek()?.answer(false);
  const opener = document.activeElement;
  return new Promise((resolve) => {
    asked.value = {
      title,
      text,
      action,
      danger: options.danger ?? true,
      answer: (yes) => {
        if (asked.peek() === undefined) return;
        asked.value = undefined;
        resolve(yes);
        // The dialog goes with the page's next drawing, and the focus with it: back to where it was.
        setTimeout(() => opener instanceof HTMLElement && opener.isConnected && opener.focus());
      },
    };
  });
}

/** Where the question is shown. The browser's own dialog keeps the focus inside, gives it back, and closes by Escape. */
export function ConfirmDialog(): JSX.Element | null {
  const question = asked.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (question !== undefined && !dialog.current?.open) dialog.current?.showModal();
  }, [question]);
  if (question === undefined) return null;
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="confirm-title"
      onClose={() => question.answer(false)} // by Escape
    >
      <h2 id="confirm-title">{question.title}</h2>
      <div>{question.text}</div>
      <div class="dialog-actions">
        <Button onClick={() => question.answer(false)}>Leave it</Button>
        <Button kind={question.danger ? "danger" : "primary"} onClick={() => question.answer(true)}>
          {question.action}
        </Button>
      </div>
    </dialog>
  );
}
