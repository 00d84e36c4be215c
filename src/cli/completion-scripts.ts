/** Builds the completion script of a shell from the tree of commands. */
import type { Command } from "commander";

export type Shell = "bash" | "zsh" | "fish";

export const COMPLETIONS: Readonly<Record<Shell, (program: Command) => string>> = {
  bash,
  zsh: (program) => `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`,
  fish,
};

/** One command: its path, and what may follow it. */
interface Place {
  /** "" for the program, else " tools ls". */
  readonly path: string;
  readonly words: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly {
    readonly long: string;
    readonly description: string;
    readonly choices: readonly string[];
    readonly takesValue: boolean;
  }[];
  /** Choices of the arguments, e.g. of `schema config`. */
  readonly choices: readonly string[];
}

function placesOf(command: Command, path = ""): readonly Place[] {
  const below = command.commands.map((each) => ({
    name: each.name(),
    description: each.description(),
  }));
  const help = command.createHelp();
  const flags = help.visibleOptions(command).flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [
          {
            long: option.long,
            description: option.description,
            choices: option.argChoices ?? [],
            takesValue: option.required || option.optional,
          },
        ],
  );
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [
    { path, words: below, flags, choices },
    ...command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`)),
  ];
}

/** Flags and subcommands of the command before the cursor; else files, as bash does by default. */
function bash(program: Command): string {
  const places = placesOf(program);
  const name = program.name();
  const known = places.flatMap(({ path, words }) => words.map((word) => `${path} ${word.name}`));
  const cases = places.map(
    ({ path, words, flags, choices }) =>
      `    ${quoted(path)}) words=${quoted([...words.map((word) => word.name), ...choices, ...flags.map(({ long }) => long)].join(" "))} ;;`,
  );
  const values = places.flatMap(({ path, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ long, choices }) =>
          `    ${quoted(`${path} ${long}`)}) words=${quoted(choices.join(" "))} ;;`,
      ),
  );
  return `_${name}() {
  local path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${known.map(quoted).join("|")}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
    *) ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function fish(program: Command): string {
  const places = placesOf(program);
  const name = program.name();
  const known = places.flatMap(({ path, words }) => words.map((word) => `${path} ${word.name}`));
  const lines = places.flatMap(({ path, words, flags, choices }) => {
    const at = `complete -c ${name} -n "__${name}_at ${quoted(path)}"`;
    return [
      ...words.map((word) => `${at} -f -a ${word.name} -d ${quoted(word.description)}`),
      ...(choices.length === 0 ? [] : [`${at} -f -a ${quoted(choices.join(" "))}`]),
      ...flags.map(({ long, description, choices: values, takesValue }) =>
        [
          `${at} -l ${long.slice(2)}`,
          ...(takesValue ? ["-r"] : []),
          ...(values.length === 0 ? [] : [`-f -a ${quoted(values.join(" "))}`]),
          `-d ${quoted(description)}`,
        ].join(" "),
      ),
    ];
  });
  return `function __${name}_at
  set -l path ""
  for word in (commandline -opc)[2..-1]
    if contains -- "$path $word" ${known.map(quoted).join(" ")}
      set path "$path $word"
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join("\n")}
`;
}

/** In single quotes, which all three shells support; a quote inside becomes a typographic one. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
