import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, withQuery } from "../../api/client.ts";
import { attempt, Button, confirmed, count, Field, Panel, Select, TextInput } from "../../ui/mod.ts";

const WAYS = {
  prefix: { name: "Keys that begin with", hint: "page: drops every page that is kept" },
  key: { name: "The key", hint: "One entry" },
  tag: { name: "The tag", hint: "Every entry stored with it, such as brand:halilit" },
} as const;

type Way = keyof typeof WAYS;

/** Drops entries by key, by the beginning of it, or by tag. */
export function InvalidateForm({ onDone }: { onDone: () => void }): JSX.Element {
  const [way, setWay] = useState<Way>("prefix");
  const [text, setText] = useState("");
  const drop = async () => {
    const { name } = WAYS[way];
    const yes = await confirmed(
      "Drop these entries?",
      <span>
        {name} <code dir="auto">{text}</code>: what is asked for next is made anew.
      </span>,
      "Drop them",
    );
    if (!yes) return;
    const dropped = (answer: unknown) => {
      const { deleted } = answer as { deleted: number };
      return deleted === 1 ? "1 entry dropped" : `${count(deleted)} entries dropped`;
    };
    if (await attempt(dropped, () => api.delete(withQuery("/api/cache", { [way]: text })))) onDone();
  };
  return (
    <Panel title="Invalidate">
      <form
        class="invalidate"
        onSubmit={(event) => {
          event.preventDefault();
          if (text !== "") void drop();
        }}
      >
        <Field label="Entries by">
          <Select
            value={way}
            options={Object.entries(WAYS).map(([each, { name }]) => [each, name] as const)}
            onChange={(next) => setWay(next as Way)}
          />
        </Field>
        <Field label={WAYS[way].name} hint={WAYS[way].hint}>
          <TextInput name="what" value={text} onInput={setText} />
        </Field>
        <Button submit kind="danger" icon="close" disabled={text === ""}>Drop…</Button>
      </form>
    </Panel>
  );
}
