import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { asProblem } from "../api/client.ts";
import { signIn } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Logo } from "./logo.tsx";

/** Takes a key and forgets it: what stays is a cookie that the page cannot read. */
export function SignIn(): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const key = input.current!.value.trim();
    if (key === "" || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(key);
    } catch (thrown) {
      setProblem(asProblem(thrown).message);
      setBusy(false);
      input.current?.select();
    }
  };
  return (
    <main class="sign-in">
      <form class="panel sign-in-box" onSubmit={submit}>
        <Logo />
        <h1>Sign in</h1>
        <p class="muted">With the secret of one of this service's API keys.</p>
        <Field label="API key">
          <input
            ref={input}
            class="input"
            type="password"
            name="key"
            autocomplete="current-password"
            autofocus
            required
            aria-describedby="sign-in-problem"
          />
        </Field>
        <p id="sign-in-problem" class="form-problem" role="alert">{problem}</p>
        <Button submit kind="primary" disabled={busy}>{busy ? "Signing in…" : "Sign in"}</Button>
      </form>
    </main>
  );
}
