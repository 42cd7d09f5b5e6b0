import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem } from "../../api/client.ts";
import type { Problem } from "../../api/problem.ts";
import { Button, Failure, Field, Loading, Panel, TextInput } from "../../ui/mod.ts";
import { PreviewResult } from "./preview_result.tsx";
import { pathOf, type Preview } from "./types.ts";

/** Tries the profile in force on a page, or one that is written here and saved nowhere. */
export function PreviewForm(
  { brand, startUrl, inForce }: { brand: string; startUrl: string; inForce: boolean },
): JSX.Element {
  const [url, setUrl] = useState(startUrl);
  const [isOwn, setIsOwn] = useState(!inForce);
  const [text, setText] = useState("");
  const [state, setState] = useState<{ preview?: Preview; problem?: Problem; busy: boolean }>({
    busy: false,
  });
  const run = async () => {
    if (state.busy) return;
    setState({ busy: true });
    try {
      const asked = { url: url.trim(), ...(isOwn ? { profile: text } : {}) };
      setState({ busy: false, preview: await api.post<Preview>(`${pathOf(brand)}/preview`, asked) });
    } catch (thrown) {
      setState({ busy: false, problem: asProblem(thrown) });
    }
  };
  const { preview, problem, busy } = state;
  return (
    <Panel title="Try it on a page">
      <form
        class="preview-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <Field label="Page" hint="Of one of the profile's hosts. It is fetched anew; nothing is kept.">
          <TextInput type="url" name="url" value={url} onInput={setUrl} />
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={isOwn}
            onChange={(event) => setIsOwn(event.currentTarget.checked)}
          />
          With another profile than the one in force
        </label>
        {isOwn && (
          <Field label="Profile, YAML">
            <textarea
              class="input mono preview-profile"
              dir="auto"
              rows={12}
              spellcheck={false}
              value={text}
              placeholder={`brand: ${brand}\nhosts: [www.example.com]\nfields:\n  name: { selector: h1 }`}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </Field>
        )}
        <Button
          submit
          kind="primary"
          icon="play"
          disabled={busy || url.trim() === "" || (isOwn && text.trim() === "")}
        >
          {busy ? "Scraping…" : "Preview"}
        </Button>
      </form>
      {busy && <Loading />}
      {problem && <Failure problem={problem} />}
      {preview && <PreviewResult preview={preview} />}
    </Panel>
  );
}
