/**
 * What shells need to complete the command, made from the table of commands.
 * Names of objects are asked for when they are needed: `shmem list --names`.
 *
 * @module
 */

import { type Command, COMMON_OPTIONS, type Option } from "../command.ts";

/** Shells that there is a completion for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The name of a shell. */
export type Shell = typeof SHELLS[number];

/** The completion for a shell. */
export function scriptFor(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      // Its emulation of bash's words and functions is part of zsh itself.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case "fish":
      return fish(commands);
  }
}

const NAMES = "$(shmem list --names 2>/dev/null)";

function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => {
    const flags = Object.keys(allOptions(command)).map((name) => `--${name}`);
    const values = Object.entries(allOptions(command))
      .filter(([, { type }]) => type === "string")
      .map(([name, { values }]) =>
        `      --${name}) words="${values?.join(" ") ?? ""}"; files=${
          values === undefined ? 1 : 0
        } ;;`
      );
    return `    ${command.name})
      case "$before" in
${[...values, `      *) ${wordsOf(command, names)} ;;`].join("\n")}
      esac
      [[ "$now" == -* ]] && words="${flags.join(" ")}" ;;`;
  });
  return `_shmem() {
  local now="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local words="" files=0
  # Names such as sem:/ready are one word, though bash splits at the colon.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n : -c now -p before
  fi
  if ((COMP_CWORD == 1)); then
    words="${names} help"
  else case "\${COMP_WORDS[1]}" in
    help) words="${names}" ;;
${cases.join("\n")}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$now"))
  ((files)) && COMPREPLY+=($(compgen -f -- "$now"))
  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$now"
  return 0
}
complete -F _shmem shmem
`;
}

/** What the arguments of a command are completed to, in bash. */
function wordsOf({ completes }: Command, names: string): string {
  switch (completes) {
    case "objects":
      return `words="${NAMES}"; files=1`;
    case "files":
      return "files=1";
    case "commands":
      return `words="${names}"`;
    case "shells":
      return `words="${SHELLS.join(" ")}"`;
    default:
      return ":";
  }
}

function fish(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = [
    "complete -c shmem -f",
    ...commands.map(({ name, summary }) =>
      `complete -c shmem -n __fish_use_subcommand -a ${name} -d ${
        quote(summary)
      }`
    ),
    `complete -c shmem -n '__fish_seen_subcommand_from help' -a '${names}'`,
  ];
  for (const command of commands) {
    const here =
      `complete -c shmem -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const [name, option] of Object.entries(allOptions(command))) {
      const { help, short, type, values } = option;
      const letter = short === undefined ? "" : ` -s ${short}`;
      const value = type === "boolean"
        ? ""
        : values === undefined
        ? " -r -F"
        : ` -x -a '${values.join(" ")}'`;
      lines.push(`${here} -l ${name}${letter}${value} -d ${quote(help)}`);
    }
    if (command.completes === "objects") {
      lines.push(`${here} -F -a '(shmem list --names 2>/dev/null)'`);
    }
    if (command.completes === "files") lines.push(`${here} -F`);
    if (command.completes === "shells") {
      lines.push(`${here} -a '${SHELLS.join(" ")}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function allOptions({ options }: Command): Record<string, Option> {
  return { ...options, ...COMMON_OPTIONS };
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
