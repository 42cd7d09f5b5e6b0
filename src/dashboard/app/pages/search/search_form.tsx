import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Field, Select, TextInput } from "../../ui/mod.ts";
import { DEFAULTS, type Question } from "./question.ts";

const MODES = [
  ["hybrid", "Words and vectors"],
  ["keyword", "Words alone"],
  ["vector", "Vectors alone"],
] as const;

/** The try-it box. Nothing is asked before it is sent; what is changed beside the words is asked at once. */
export function SearchForm(
  { asked, languages, brands, onAsk }: {
    asked: Question;
    languages: readonly string[];
    brands: readonly string[];
    onAsk: (question: Question) => void;
  },
): JSX.Element {
  const [text, setText] = useState(asked.q);
  const [brand, setBrand] = useState(asked.brand);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => setText(asked.q), [asked.q]);
  useEffect(() => setBrand(asked.brand), [asked.brand]);
  useEffect(() => {
    if (asked.q === "") form.current?.querySelector("input")?.focus({ preventScroll: true });
  }, []);
  const ask = (change: Partial<Question> = {}) =>
    onAsk({ ...asked, q: text.trim(), brand: brand.trim(), ...change });
  const known = asked.lang === "" || languages.includes(asked.lang) ? languages : [...languages, asked.lang];
  return (
    <form
      ref={form}
      class="panel search-form"
      role="search"
      aria-label="Passages"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div class="search-line">
        <TextInput
          type="search"
          name="q"
          label="Search for"
          placeholder="What was it that you look for?"
          value={text}
          onInput={setText}
        />
        <Button submit kind="primary" icon="search" disabled={text.trim() === ""}>Search</Button>
      </div>
      <div class="search-options">
        <Field label="Mode">
          <Select value={asked.mode} options={MODES} onChange={(mode) => ask({ mode })} />
        </Field>
        <Field label="Language">
          <Select
            value={asked.lang}
            options={[["", "Any"], ...known.map((each) => [each, languageName(each)] as const)]}
            onChange={(lang) => ask({ lang })}
          />
        </Field>
        <Field label="Brand">
          <input
            class="input"
            dir="auto"
            list="search-brands"
            placeholder="Any"
            autocomplete="off"
            spellcheck={false}
            value={brand}
            onInput={(event) => setBrand(event.currentTarget.value)}
            onChange={(event) => ask({ brand: event.currentTarget.value.trim() })}
          />
        </Field>
        <datalist id="search-brands">
          {brands.map((each) => <option key={each} value={each} />)}
        </datalist>
        <Field label="Passages">
          <Select
            value={asked.k}
            options={["5", DEFAULTS.k, "25", "50"].map((each) => [each, each] as const)}
            onChange={(k) => ask({ k })}
          />
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={asked.group !== ""}
            onChange={(event) => ask({ group: event.currentTarget.checked ? "page" : "" })}
          />
          Group by page
        </label>
      </div>
    </form>
  );
}

const names = new Intl.DisplayNames(["en"], { type: "language" });

function languageName(tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
