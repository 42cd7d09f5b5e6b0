import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { Badge, type Column, Empty, Loaded, PageHead, Panel, Table, TextInput } from "../../ui/mod.ts";

interface Setting {
  name: string;
  value: string | null;
  default: string;
  changed: boolean;
  secret: boolean;
  meaning: string;
}

const COLUMNS: readonly Column<Setting>[] = [
  { name: "Setting", cell: ({ name }) => <code class="setting-name">{name}</code> },
  { name: "In force", cell: (setting) => <Value setting={setting} /> },
  { name: "Default", cell: ({ default: fallback }) => <code class="muted wrap">{fallback}</code> },
  { name: "Meaning", cell: ({ meaning }) => <Meaning text={meaning} /> },
];

/** The settings the service was started with. */
export function Settings(): JSX.Element {
  const settings = useResource(
    "/api/settings",
    (signal) => api.get<{ settings: Setting[] }>("/api/settings", { signal }),
  );
  const [text, setText] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const wanted = text.trim().toLowerCase();
  const fits = ({ name, meaning, changed }: Setting) =>
    (!changedOnly || changed) &&
    (name.toLowerCase().includes(wanted) || meaning.toLowerCase().includes(wanted));
  return (
    <>
      <PageHead title="Settings">
        <span class="muted small">As at the start; they are changed in the environment</span>
      </PageHead>
      <Loaded resource={settings}>
        {({ settings: all }) => {
          const shown = all.filter(fits);
          return (
            <>
              <div class="filters" role="search" aria-label="Settings">
                <div class="id-search">
                  <TextInput
                    type="search"
                    label="Find a setting"
                    placeholder="Name or meaning"
                    value={text}
                    onInput={setText}
                  />
                </div>
                <label class="check">
                  <input
                    type="checkbox"
                    checked={changedOnly}
                    onChange={(event) => setChangedOnly(event.currentTarget.checked)}
                  />
                  Only those that are set
                </label>
              </div>
              {shown.length === 0 ? <Empty icon="settings" title="No setting fits" /> : (
                <Panel flush>
                  <Table cards label="Settings" columns={COLUMNS} rows={shown} keyOf={({ name }) => name} />
                </Panel>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Value({ setting }: { setting: Setting }): JSX.Element {
  const { value, secret, changed } = setting;
  if (secret) return <Badge tone={value === null ? "mute" : "ok"}>{value === null ? "unset" : "set"}</Badge>;
  if (value === null) return <span class="muted">unset</span>;
  return (
    <code class={changed ? "wrap setting-changed" : "wrap"} title={changed ? "Not the default" : undefined}>
      {value}
    </code>
  );
}

/** The words of the table, whose code stands between backticks. */
function Meaning({ text }: { text: string }): JSX.Element {
  return (
    <span class="wrap">
      {text.split("`").map((part, at) => at % 2 === 1 ? <code key={at}>{part}</code> : part)}
    </span>
  );
}
