import type { Command, Option } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

/** A command as completion sees it. */
interface Node {
  /** Words after the program's name: `documents add`; empty for the program itself. */
  path: string;
  summary: string;
  commands: { name: string; summary: string }[];
  options: Option[];
}

/** The script that completes the program's words. It is made of the commands themselves. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, "", program.options);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](program.name(), nodes);
}

function nodesOf(command: Command, path: string, common: readonly Option[]): Node[] {
  const below = command.commands.filter((each) => each.name() !== "help");
  const own = path === "" ? [] : command.options; // the program's own are the common ones
  return [
    {
      path,
      summary: command.summary(),
      commands: below.map((each) => ({ name: each.name(), summary: each.summary() })),
      options: [...own, ...common].filter(({ hidden }) => !hidden),
    },
    ...below.flatMap((each) =>
      nodesOf(each, `${path} ${each.name()}`.trim(), common.filter(({ long }) => long !== "--version"))
    ),
  ];
}

function namesOf({ options }: Node): string[] {
  return options.flatMap(({ long, short }) => [short, long].filter((name) => name !== undefined));
}

/** Words of an option of `node` that takes one of a few: `--status)` → its statuses. */
function choicesOf({ options }: Node): [string, string[]][] {
  return options.flatMap(({ long, argChoices }) =>
    long && argChoices ? [[long, argChoices] as [string, string[]]] : []
  );
}

/** `case` branches of a shell: for each command its words, before them those of its options' values. */
function branches(nodes: readonly Node[]): string {
  return nodes.map((node) => {
    const values = choicesOf(node).map(([long, words]) => `        ${long}) words="${words.join(" ")}" ;;\n`)
      .join("");
    const words = [...node.commands.map(({ name }) => name), ...namesOf(node)].join(" ");
    return `    "${node.path}")\n      case "$prev" in\n${values}        *) words="${words}" ;;\n      esac ;;\n`;
  }).join("");
}

/** Which command the words so far name: what is an option is passed over, what is no command ends it. */
function pathFinder(nodes: readonly Node[]): string {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== "");
  return `  for word in "\${before[@]}"; do
    case "$word" in -*) continue ;; esac
    case "\${path:+$path }$word" in
      ${paths.map((path) => `"${path}"`).join("|")}) path="\${path:+$path }$word" ;;
    esac
  done`;
}

function bashScript(name: string, nodes: readonly Node[]): string {
  return `# bash completion of ${name}: eval "$(${name} completions bash)"
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word
  local before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${pathFinder(nodes)}
  case "$path" in
${branches(nodes)}  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${name} ${name}
`;
}

function zshScript(name: string, nodes: readonly Node[]): string {
  return `#compdef ${name}
# zsh completion of ${name}: eval "$(${name} completions zsh)"
_${name}() {
  local prev="\${words[CURRENT-1]}" path="" word
  local -a before
  before=("\${(@)words[2,CURRENT-1]}")
${pathFinder(nodes)}
  local given="$words" words=""
  case "$path" in
${branches(nodes)}  esac
  compadd -- \${=words} || _files
}
compdef _${name} ${name}
`;
}

function fishScript(name: string, nodes: readonly Node[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
  const lines = nodes.flatMap((node) => {
    const condition = quoted(`_${name}_at ${node.path}`.trim());
    const commands = node.commands.map(({ name: word, summary }) =>
      `complete -c ${name} -f -n ${condition} -a ${word} -d ${quoted(summary)}`
    );
    const options = node.options.map(({ long, short, required, argChoices, description }) =>
      [
        `complete -c ${name} -n ${condition}`,
        short ? `-s ${short.slice(1)}` : "",
        long ? `-l ${long.slice(2)}` : "",
        argChoices ? `-xa ${quoted(argChoices.join(" "))}` : required ? "-r" : "",
        `-d ${quoted(description)}`,
      ].filter(Boolean).join(" ")
    );
    return [...commands, ...options];
  });
  const paths = nodes.map(({ path }) => quoted(path)).filter((path) => path !== "''").join(" ");
  return `# fish completion of ${name}: ${name} completions fish | source
function _${name}_at
  set -l path
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $path $word) ${paths}; and set -a path $word
  end
  test (string join ' ' $path) = (string join ' ' $argv)
end
${lines.join("\n")}
`;
}
