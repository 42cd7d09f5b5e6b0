import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";

/** A place in a text, counted from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

export interface TextFault extends TextPlace {
  message: string;
}

/** A YAML (or JSON) text that could be read, with the way back from a path of its value to a place in the text. */
export interface YamlText {
  value: unknown;
  /** Of what stands at a path; of the nearest thing above it that is there, where it is not. */
  placeOf(path: readonly PropertyKey[]): TextPlace;
  /** Of a key of the map at a path. */
  placeOfKey(path: readonly PropertyKey[], key: string): TextPlace;
}

/** Keeps a hostile text from holding the thread: `yaml` needs minutes for 60 kB of `? ? ? ...`. */
const MAX_TOKENS = 60_000;
const MAX_ALIASES = 100;
const MAX_FAULTS = 50;
const START: TextPlace = { line: 1, column: 1 };

/** Reads one YAML document; every fault of its syntax with its place. */
export function readYaml(text: string): YamlText | TextFault[] {
  const refused = refusal(text);
  if (refused !== undefined) return [refused];
  const lines = new LineCounter();
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? START : { line, column: col };
  };
  try {
    // Its own search for keys given twice compares each with each.
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "error", // `silent` would also hide that there is a second document
    });
    const faults = [
      ...document.errors.map(({ message, pos }) => ({ ...placeAt(pos[0]), message: firstLine(message) })),
      ...repeatedKeys(document).map(({ offset, message }) => ({ ...placeAt(offset), message })),
    ];
    if (faults.length > 0) return faults.slice(0, MAX_FAULTS);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    const startOf = (node: unknown) => isNode(node) && node.range ? placeAt(node.range[0]) : undefined;
    return {
      value,
      placeOf: (path) => startOf(nodeAt(document, path)) ?? START,
      placeOfKey: (path, key) => {
        const map = nodeAt(document, path);
        return (isMap(map) ? startOf(keyOf(map, key)) : undefined) ?? startOf(map) ?? START;
      },
    };
  } catch (error) {
    return [{ ...START, message: firstLine((error as Error).message) }]; // nested too deep, too many aliases
  }
}

/** What is refused before it is parsed. */
function refusal(text: string): TextFault | undefined {
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "?") return { ...placeIn(text, offset), message: "must not have keys of the form `? key`" };
    if (++tokens > MAX_TOKENS) return { ...placeIn(text, offset), message: "is too large" };
    if (!CONTROL.has(token)) offset += token.length;
  }
  return undefined;
}

/** Marks the lexer sets between the pieces of the text. */
const CONTROL = new Set(["\u0002", "\u0018", "\u001f"]);

function placeIn(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

function repeatedKeys(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          found.push({ offset: key.range?.[0] ?? 0, message: `"${name.slice(0, 60)}" is given twice` });
        }
        seen.add(name);
      }
    },
  });
  return found;
}

/** The node at a path, or the deepest one on the way to it. */
function nodeAt(document: Document, path: readonly PropertyKey[]): unknown {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next = isMap(node)
      ? node.get(String(step), true)
      : isCollection(node)
      ? node.get(step, true)
      : undefined;
    if (!isNode(next)) return isMap(node) ? keyOf(node, String(step)) ?? node : node;
    node = next;
  }
  return node;
}

function keyOf(map: YAMLMap, name: string): unknown {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === name)?.key;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]!.slice(0, 300);
}
