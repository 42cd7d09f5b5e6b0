import { signal } from "@preact/signals";
import { offlineProblem, problemOf } from "./problem.ts";

/** `unknown` until the service has been asked. */
export type SessionState = "unknown" | "open" | "signed-out";

export const session = signal<SessionState>("unknown");
/** The service has API keys: one can sign out. */
export const needsKey = signal(false);

/** The service refused: the session has ended, or there was none. */
export function signedOut(): void {
  needsKey.value = true;
  session.value = "signed-out";
}

/** Asks how it is. @throws {Problem} it cannot be asked */
export async function askSession(): Promise<void> {
  const response = await reach(() => fetch("/api/session", { headers: { accept: "application/json" } }));
  const state = await response.json() as { authenticated: boolean; needs_key: boolean };
  needsKey.value = state.needs_key;
  session.value = state.authenticated ? "open" : "signed-out";
}

/** @throws {Problem} the key is none of the service's, too many were tried, or it cannot be reached */
export async function signIn(key: string): Promise<void> {
  await reach(() =>
    fetch("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key }),
    })
  );
  session.value = "open";
}

/** @throws {Problem} */
export async function signOut(): Promise<void> {
  await reach(() => fetch("/api/session", { method: "DELETE" }));
  session.value = "signed-out";
}

async function reach(ask: () => Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await ask();
  } catch {
    throw offlineProblem();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
