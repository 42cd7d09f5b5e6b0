import { effect } from "@preact/signals";
import { type JSX, render } from "preact";
import { asProblem } from "./api/client.ts";
import { askSession, session } from "./api/session.ts";
import { connect, disconnect } from "./live/store.ts";
import { isPage } from "./pages/routes.ts";
import { takeLinks } from "./router/router.ts";
import { Shell } from "./shell/shell.tsx";
import { SignIn } from "./shell/sign_in.tsx";
import { Loading } from "./ui/states.tsx";

function App(): JSX.Element {
  switch (session.value) {
    case "unknown":
      return (
        <main class="sign-in">
          <Loading />
        </main>
      );
    case "signed-out":
      return <SignIn />;
    case "open":
      return <Shell />;
  }
}

effect(() => {
  if (session.value === "open") connect();
  else disconnect();
});
takeLinks(isPage);
render(<App />, document.getElementById("app")!);

/** Until the service has answered once, there is nothing to show. */
async function begin(): Promise<void> {
  try {
    await askSession();
  } catch (thrown) {
    console.warn(asProblem(thrown).message);
    setTimeout(begin, 1000);
  }
}
void begin();
